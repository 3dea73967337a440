using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MdiQkd.Cli.Pki;

/// <summary>
/// Certificate authority of one demo: ECDSA P-256 throughout; its own private key lives in memory only and is gone when the
/// authority is disposed, so nobody can add a participant to the network afterwards.
/// </summary>
internal sealed class ThrowAwayAuthority : IDisposable
{
    /// <summary>Validity: long enough to look into a kept folder again, short enough to be useless as a real authority.</summary>
    internal static readonly TimeSpan Validity = TimeSpan.FromDays(7);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private readonly DateTimeOffset start;
    private readonly ECDsa key;
    private readonly X509Certificate2 certificate;

    /// <summary>Makes the authority and writes its certificate to <c>ca.pem</c> in the folder.</summary>
    internal ThrowAwayAuthority(string folder, TimeProvider time)
    {
        this.folder = folder;

        // An hour back: a clock that was just set must not make the certificates "not yet valid".
        start = time.GetUtcNow().AddHours(-1);
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=mdiqkd demo throw-away authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        certificate = request.CreateSelfSigned(start, start + Validity);
        File.WriteAllText(TrustAnchorFile, certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>PEM file of the authority's certificate.</summary>
    internal string TrustAnchorFile => Path.Combine(folder, "ca.pem");

    /// <summary>PEM file of a participant's certificate.</summary>
    internal string CertificateFile(string name) => Path.Combine(folder, name + ".pem");

    /// <summary>PEM file (PKCS #8, mode 0600) of a participant's private key.</summary>
    internal string KeyFile(string name) => Path.Combine(folder, name + ".key.pem");

    /// <summary>
    /// Issues a certificate with the name as common name, for TLS server and client, valid for localhost, and writes it
    /// with its private key.
    /// </summary>
    internal void Issue(string name)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(name);
        CertificateRequest request = new(subject.Build(), own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"), new Oid("1.3.6.1.5.5.7.3.2", "clientAuth")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        SubjectAlternativeNameBuilder alternatives = new();
        alternatives.AddDnsName("localhost");
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());

        using X509Certificate2 issued = request.Create(
            certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            start,
            start + Validity,
            RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(CertificateFile(name), issued.ExportCertificatePem() + "\n");
        WriteOwnerOnly(KeyFile(name), own.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        key.Dispose();
        certificate.Dispose();
    }

    private static void WriteOwnerOnly(string path, string text)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using StreamWriter writer = new(path, options);
        writer.Write(text);
    }
}
