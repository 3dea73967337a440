using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>The transport that ETSI GS QKD 014 asks for: TLS 1.2 or 1.3 with certificates on both sides.</summary>
public static class MutualTls
{
    private const string ClientAuthenticationOid = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// Demands a client certificate that chains to one of <paramref name="clientAuthorities"/> and may authenticate clients;
    /// the system's trust store does not count, revocation is by removing the SAE from the directory or pinning its
    /// certificate. Every connection is verified in full (no resumption, no renegotiation, no early data).
    /// </summary>
    public static void UseMutualTls(
        this HttpsConnectionAdapterOptions https, X509Certificate2 serverCertificate, X509Certificate2Collection clientAuthorities)
    {
        ArgumentNullException.ThrowIfNull(https);
        ArgumentNullException.ThrowIfNull(serverCertificate);
        ArgumentNullException.ThrowIfNull(clientAuthorities);
        https.ServerCertificate = serverCertificate;
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, chain, _) => IsTrusted(certificate, chain, clientAuthorities);
        https.OnAuthenticate = (_, ssl) =>
        {
            ssl.AllowTlsResume = false;
            ssl.AllowRenegotiation = false;
        };
    }

    private static bool IsTrusted(X509Certificate2 certificate, X509Chain? received, X509Certificate2Collection authorities)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthenticationOid));
        if (received is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        }
        return chain.Build(certificate);
    }
}
