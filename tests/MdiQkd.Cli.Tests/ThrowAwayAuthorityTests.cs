using System.Security.Cryptography.X509Certificates;
using MdiQkd.Cli.Pki;

namespace MdiQkd.Cli.Tests;

public sealed class ThrowAwayAuthorityTests
{
    [Fact]
    public void Certificates_chain_to_the_authority_and_say_what_they_are_for()
    {
        using Scratch scratch = new();
        using ThrowAwayAuthority authority = new(scratch.Folder, TimeProvider.System);
        authority.Issue("inta-1");

        using X509Certificate2 certificate =
            X509Certificate2.CreateFromPemFile(authority.CertificateFile("inta-1"), authority.KeyFile("inta-1"));
        using X509Certificate2 anchor = X509CertificateLoader.LoadCertificateFromFile(authority.TrustAnchorFile);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(anchor);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        Assert.True(chain.Build(certificate), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.Equal("CN=inta-1", certificate.Subject);
        Assert.True(certificate.HasPrivateKey);
        Assert.Equal("1.2.840.10045.3.1.7", certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
        string[] usages =
        [
            .. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages
                .Cast<System.Security.Cryptography.Oid>().Select(oid => oid.Value!),
        ];
        Assert.Equal(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], usages);
        X509SubjectAlternativeNameExtension names =
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Equal(["127.0.0.1"], names.EnumerateIPAddresses().Select(address => address.ToString()));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void A_certificate_of_another_authority_of_the_same_name_is_not_trusted()
    {
        using Scratch one = new();
        using Scratch two = new();
        using ThrowAwayAuthority authority = new(one.Folder, TimeProvider.System);
        using ThrowAwayAuthority other = new(two.Folder, TimeProvider.System);
        other.Issue("inta-1");

        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(other.CertificateFile("inta-1"));
        using X509Certificate2 anchor = X509CertificateLoader.LoadCertificateFromFile(authority.TrustAnchorFile);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(anchor);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        Assert.False(chain.Build(certificate));
    }

    [Fact]
    public void Private_keys_are_for_their_owner_only_and_the_authority_writes_none_of_its_own()
    {
        using Scratch scratch = new();
        using ThrowAwayAuthority authority = new(scratch.Folder, TimeProvider.System);
        authority.Issue("hub");

        string[] holders =
        [
            .. Directory.EnumerateFiles(scratch.Folder)
                .Where(file => File.ReadAllText(file).Contains("PRIVATE KEY", StringComparison.Ordinal)),
        ];
        Assert.Equal([authority.KeyFile("hub")], holders);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(authority.KeyFile("hub")));
        }
    }
}
