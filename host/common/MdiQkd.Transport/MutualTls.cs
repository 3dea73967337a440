using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MdiQkd.Transport;

/// <summary>
/// Mutual TLS with the network's own certificate authority. It is transport hygiene: the security of keys rests on the
/// authentication between users, not on this.
/// </summary>
public sealed class MutualTls : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection anchors;

    private MutualTls(X509Certificate2 certificate, X509Certificate2Collection anchors)
    {
        this.certificate = certificate;
        this.anchors = anchors;
    }

    /// <summary>Common name of the own certificate.</summary>
    public string Name => CommonName(certificate);

    /// <summary>Loads PEM files.</summary>
    /// <param name="certificateFile">Own certificate.</param>
    /// <param name="keyFile">Its private key.</param>
    /// <param name="trustAnchorFile">Certificate of the authority that peers' certificates must chain to.</param>
    /// <exception cref="InvalidOperationException">A file is missing or damaged; the message names it.</exception>
    public static MutualTls Load(string certificateFile, string keyFile, string trustAnchorFile)
    {
        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);

            // A round trip through PKCS #12 gives a key that SslStream accepts on every platform.
            X509Certificate2 own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            X509Certificate2Collection anchors = [];
            anchors.ImportFromPemFile(trustAnchorFile);
            return anchors.Count == 0
                ? throw new CryptographicException($"{trustAnchorFile} holds no certificate")
                : new MutualTls(own, anchors);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"cannot load the TLS identity ({certificateFile}, {keyFile}, {trustAnchorFile}): {e.Message}", e);
        }
    }

    /// <summary>Common name of a certificate's subject.</summary>
    public static string CommonName(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, false);

    /// <summary>Server side: a client certificate of the authority is required.</summary>
    public void Configure(HttpsConnectionAdapterOptions options)
    {
        options.ServerCertificate = certificate;
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        options.ClientCertificateValidation = (peer, _, _) => IsTrusted(peer);
    }

    /// <summary>Client side: the server must carry a certificate of the authority with the given common name.</summary>
    public SslClientAuthenticationOptions ClientOptions(string serverName) => new()
    {
        ClientCertificates = [certificate],
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, peer, _, _) =>
            peer is X509Certificate2 remote && IsTrusted(remote) && CommonName(remote) == serverName,
    };

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();

    private bool IsTrusted(X509Certificate2 peer)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(peer);
    }
}
