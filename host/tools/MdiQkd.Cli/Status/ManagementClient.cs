using System.Net.Http.Json;
using System.Text.Json;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Status;

/// <summary>Reads the management page of one daemon, as the demo's operator.</summary>
internal sealed class ManagementClient : IDisposable
{
    // A daemon on this machine answers in milliseconds; one that is busy distilling on all cores in a second or two.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient client;

    /// <summary>A client for the daemon of the given name (the common name that its certificate must carry) and address.</summary>
    internal ManagementClient(MutualTls identity, string name, Uri address)
    {
        client = new HttpClient(new SocketsHttpHandler { SslOptions = identity.ClientOptions(name), UseProxy = false })
        {
            BaseAddress = address,
            Timeout = Timeout,
        };
    }

    /// <summary>The status page, or null if the daemon does not answer now.</summary>
    internal async Task<T?> TryReadAsync<T>(CancellationToken ct)
        where T : class
    {
        try
        {
            return await client.GetFromJsonAsync<T>("manage/v1/status", Json, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
