using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Applications;

/// <summary>
/// An application (SAE) at one node: fetches keys over ETSI GS QKD 014 V1.1.1 with its own certificate. It asks for one key of
/// the default size.
/// </summary>
internal sealed class Application : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly string name;
    private readonly HttpClient client;

    /// <summary>An application of the given SAE id at the node of the given name and address.</summary>
    internal Application(string name, MutualTls identity, string node, Uri address)
    {
        this.name = name;
        client = new HttpClient(new SocketsHttpHandler { SslOptions = identity.ClientOptions(node), UseProxy = false })
        {
            BaseAddress = address,
            Timeout = Timeout,
        };
    }

    /// <summary>SAE id.</summary>
    internal string Name => name;

    /// <summary>As master: a new key shared with the slave (clause 5.2), or null if the node has none to give now (503).</summary>
    /// <exception cref="KeyDeliveryException">Any other refusal.</exception>
    internal Task<DeliveredKey?> TryGetKeyAsync(string slave, CancellationToken ct) =>
        GetAsync($"api/v1/keys/{Uri.EscapeDataString(slave)}/enc_keys", ct);

    /// <summary>As slave: the key that the master was given under this id (clause 5.3), or null on 503.</summary>
    /// <exception cref="KeyDeliveryException">Any other refusal.</exception>
    internal Task<DeliveredKey?> TryGetKeyWithIdAsync(string master, string id, CancellationToken ct) =>
        GetAsync($"api/v1/keys/{Uri.EscapeDataString(master)}/dec_keys?key_ID={Uri.EscapeDataString(id)}", ct);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<DeliveredKey?> GetAsync(string path, CancellationToken ct)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(path, ct).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
            try
            {
                return response.StatusCode switch
                {
                    HttpStatusCode.OK => Parse(body),
                    HttpStatusCode.ServiceUnavailable => null,
                    _ => throw new KeyDeliveryException($"{name}: {path}: {(int)response.StatusCode}: {Message(body)}"),
                };
            }
            finally
            {
                CryptographicOperations.ZeroMemory(body);
            }
        }
        catch (HttpRequestException e)
        {
            throw new KeyDeliveryException($"{name}: {path}: {e.Message}", isUnreachable: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new KeyDeliveryException($"{name}: {path}: no answer in {Timeout.TotalSeconds:0} s");
        }
    }

    private DeliveredKey Parse(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement key = document.RootElement.GetProperty("keys")[0];
            return new DeliveredKey(key.GetProperty("key_ID").GetString() ?? "", key.GetProperty("key").GetBytesFromBase64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
            or IndexOutOfRangeException or FormatException)
        {
            // The inner message could quote the body, which holds a key.
            throw new KeyDeliveryException($"{name}: the node's answer is not a key container");
        }
    }

    private static string Message(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("message").GetString() ?? "no message";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return "no message";
        }
    }
}
