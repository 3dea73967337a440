using System.Net;
using System.Security.Cryptography.X509Certificates;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Etsi014;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>Kestrel on a loopback port with mutual TLS, as a node hosts it.</summary>
internal sealed class KmeHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TestAuthority authority;
    private readonly X509Certificate2 certificate;

    private KmeHost(WebApplication app, TestAuthority authority, X509Certificate2 certificate)
    {
        this.app = app;
        this.authority = authority;
        this.certificate = certificate;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public static async Task<KmeHost> StartAsync(
        KeyAgreement agreement, TestAuthority authority, CapturedLog? log = null, bool demandCertificate = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        }
        X509Certificate2 server = authority.Issue("CN=kme", TestAuthority.ServerUse, names => names.AddIpAddress(IPAddress.Loopback));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0,
            listen => listen.UseHttps(https =>
            {
                https.UseMutualTls(server, [authority.Certificate]);
                if (!demandCertificate)
                {
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                }
            })));
        WebApplication app = builder.Build();
        app.MapEtsi014(agreement);
        await app.StartAsync();
        return new KmeHost(app, authority, server);
    }

    public HttpClient Client(X509Certificate2? clientCertificate)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority.Certificate);
        if (clientCertificate is not null)
        {
            handler.SslOptions.ClientCertificates = [clientCertificate];
        }
        return new HttpClient(handler) { BaseAddress = new Uri(Address, "/api/v1/keys/") };
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }
}
