using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MdiQkd.Node;
using MdiQkd.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MdiQkd.Cli.StandIn;

/// <summary>
/// World, board, hub and node as the demo sees them: ready lines, management pages over mutual TLS, key delivery. Flags of a node:
/// <c>die-once=NODE</c> ends it at its first status request, <c>die-asked=NODE</c> at its first request for a key, <c>no-key</c> reports aborted blocks, <c>unequal</c> gives every
/// node a key of its own, <c>refuse</c> cannot start. Flags of a hub: <c>die</c> ends it at its first status request.
/// </summary>
internal static class StandInDaemon
{
    internal static async Task<int> RunAsync(string mode, string[] flags, string file)
    {
        switch (mode)
        {
            case "idle":
                DaemonConsole.Ready(mode, "https://127.0.0.1:1");
                break;
            case "world":
                JsonElement world = Read<JsonElement>(file);
                Console.WriteLine(JsonSerializer.Serialize(new
                {
                    ready = true,
                    name = "world",
                    tagger = "127.0.0.1:1",
                    @switch = "127.0.0.1:2",
                    light = "127.0.0.1:3",
                    encoders = world.GetProperty("users").EnumerateArray().ToDictionary(
                        user => user.GetProperty("name").GetString()!, user => $"127.0.0.1:{user.GetProperty("port").GetInt32() + 2}"),
                }));
                break;
            case "hub":
                await RunHubAsync(flags, Read<JsonElement>(file));
                return 0;
            case "node":
                if (flags.Contains("refuse"))
                {
                    await Console.Error.WriteLineAsync("error: the store is damaged");
                    return 1;
                }

                await RunNodeAsync(flags, Read<NodeConfiguration>(file));
                return 0;
            default:
                return 2;
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    internal static async Task<int> RunBoardAsync()
    {
        Console.WriteLine("""{"ready":true,"name":"board","address":"127.0.0.1:4"}""");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static T Read<T>(string file) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(file), JsonSerializerOptions.Web)!;

    private static async Task RunHubAsync(string[] flags, JsonElement configuration)
    {
        string Text(string key) => configuration.GetProperty(key).GetString()!;
        using MutualTls tls = MutualTls.Load(Text("certificate"), Text("certificateKey"), Text("trustAnchor"));
        int looks = 0;
        await using WebApplication web = Listen(tls);
        web.MapGet("/manage/v1/status", () =>
        {
            looks++;
            if (flags.Contains("die"))
            {
                Environment.Exit(77);
            }

            return Results.Json(new
            {
                name = "hub",
                simulatedSeconds = 100.0 * looks,
                @switch = new { a = "inta-1", b = "inta-2", state = "measuring" },
                pairs = new[] { new { a = "inta-1", b = "inta-2", phase = "accumulating", announced = 1000L * looks } },
            });
        });
        await web.StartAsync();
        DaemonConsole.Ready("hub", web.Urls.Single());
        await web.WaitForShutdownAsync();
    }

    private static async Task RunNodeAsync(string[] flags, NodeConfiguration configuration)
    {
        using MutualTls tls = MutualTls.Load(
            configuration.Certificate, configuration.CertificateKey, configuration.TrustAnchor);
        int looks = 0;
        string died = Path.Combine(configuration.DataDirectory, "died");
        void DieOnce(string flag)
        {
            if (flags.Contains($"{flag}={configuration.Node}") && !File.Exists(died))
            {
                File.WriteAllText(died, "");
                Environment.Exit(77);
            }
        }

        await using WebApplication web = Listen(tls);
        web.Use((HttpContext context, RequestDelegate next) =>
        {
            if (context.Request.Path.StartsWithSegments("/api"))
            {
                DieOnce("die-asked");
            }

            return next(context);
        });
        web.MapGet("/manage/v1/status", () =>
        {
            looks++;
            DieOnce("die-once");
            return Results.Json(Status(configuration, flags.Contains("no-key"), looks));
        });
        web.MapGet("/api/v1/keys/{other}/enc_keys", (HttpContext context, string other) =>
            Container(configuration, context, other, Guid.NewGuid(), flags.Contains("unequal")));
        web.MapGet("/api/v1/keys/{other}/dec_keys", (HttpContext context, string other) =>
            Container(configuration, context, other, Guid.Parse(context.Request.Query["key_ID"]!), flags.Contains("unequal")));
        await web.StartAsync();
        DaemonConsole.Ready(configuration.Node, web.Urls.Single());
        await web.WaitForShutdownAsync();
    }

    private static object Status(NodeConfiguration configuration, bool noKey, int looks) => new
    {
        node = configuration.Node,
        hubConnected = true,
        peers = configuration.Peers.Select(peer => new
        {
            peer = peer.Node,
            state = "accumulating",
            slotsDone = Math.Min(looks, 2),
            slots = 2,
            announced = 1000 * looks,
            keyStoreBits = 256,
            alarm = "",
        }),
        blocks = configuration.Peers.SelectMany(peer => Enumerable.Range(0, noKey ? looks : looks / 2).Select(block => new
        {
            blockId = $"{peer.Node}-{block}",
            peer = peer.Node,
            announced = 2000,
            sifted = 1000,
            qberZ = 0.01,
            phaseErrorUpper = 0.15,
            leakEc = 90,
            f = 1.114,
            secretBits = noKey ? 0 : 256,
            connectedSeconds = 600.0,
            abortReason = noKey ? "qberTooHigh" : "none",
            detail = noKey ? "QBER 0.06 is above the cap" : "",
        })),
    };

    // Both nodes derive the same bytes for the same key_ID, unless told otherwise.
    private static IResult Container(
        NodeConfiguration configuration, HttpContext context, string other, Guid id, bool unequal)
    {
        string caller = MutualTls.CommonName(context.Connection.ClientCertificate!);
        if (configuration.Applications.GetValueOrDefault(caller) != configuration.Node
            || !configuration.Applications.ContainsKey(other))
        {
            return Results.Json(new { message = "unknown SAE" }, statusCode: StatusCodes.Status401Unauthorized);
        }

        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes(id + (unequal ? configuration.Node : "")));
        return Results.Json(new { keys = new[] { new { key_ID = id, key = Convert.ToBase64String(key) } } });
    }

    private static WebApplication Listen(MutualTls tls)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(tls.Configure);
        }));
        return builder.Build();
    }
}
