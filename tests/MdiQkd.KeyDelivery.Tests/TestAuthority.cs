using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>A throw-away certificate authority.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte serial;

    public TestAuthority()
    {
        CertificateRequest request = new("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Issue(
        string subject, string use = ClientUse, Action<SubjectAlternativeNameBuilder>? names = null, int expiresInHours = 24)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (names is not null)
        {
            SubjectAlternativeNameBuilder builder = new();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }
        using X509Certificate2 bare = request.Create(Certificate, Now.AddHours(-20), Now.AddHours(expiresInHours), [1, ++serial]);
        return bare.CopyWithPrivateKey(own);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
    }
}
