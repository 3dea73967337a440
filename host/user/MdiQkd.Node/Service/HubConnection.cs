using System.Net.Security;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using MdiQkd.Transport;

namespace MdiQkd.Node.Service;

/// <summary>The stream to the hub: attaches, sends, dispatches, and attaches again after a loss.</summary>
internal sealed class HubConnection(NodeConfiguration configuration, MutualTls tls, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(5);

    private volatile Channel<NodeMessage>? outgoing;

    /// <summary>Whether the stream is up.</summary>
    public bool IsUp => outgoing is not null;

    /// <summary>Called when the stream is up.</summary>
    public Action OnAttached { get; set; } = () => { };

    /// <summary>Called when it is lost.</summary>
    public Action OnLost { get; set; } = () => { };

    /// <summary>Called for every message.</summary>
    public Action<HubMessage> OnMessage { get; set; } = _ => { };

    /// <summary>Queues a message; dropped while the stream is down, as the state is told anew after every attachment.</summary>
    public void Send(NodeMessage message) => outgoing?.Writer.TryWrite(message);

    /// <summary>Keeps the stream up until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        SslClientAuthenticationOptions ssl = tls.ClientOptions(configuration.HubName);
        ssl.ApplicationProtocols = [SslApplicationProtocol.Http2];
        using SocketsHttpHandler handler = new() { SslOptions = ssl, EnableMultipleHttp2Connections = true };
        using GrpcChannel channel = GrpcChannel.ForAddress(configuration.Hub, new GrpcChannelOptions
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = TransportLimits.MessageBytesMax,
            MaxSendMessageSize = TransportLimits.MessageBytesMax,
        });
        TimeSpan wait = RetryMin;
        string complaint = string.Empty;
        while (!ct.IsCancellationRequested)
        {
            string reason = "the stream ended";
            try
            {
                await AttachAsync(new HubService.HubServiceClient(channel), () =>
                {
                    wait = RetryMin;
                    complaint = string.Empty;
                }, ct).ConfigureAwait(false);
            }
            catch (RpcException e) when (!ct.IsCancellationRequested)
            {
                reason = Explain(e);
            }
            catch (Exception e) when (e is IOException or HttpRequestException && !ct.IsCancellationRequested)
            {
                reason = e.Message;
            }

            outgoing = null;
            OnLost();
            if (reason != complaint)
            {
                log.LogWarning("hub {Hub}: {Reason}; trying again", configuration.Hub, reason);
                complaint = reason;
            }

            await Task.Delay(wait, time, ct).ConfigureAwait(false);
            wait = TimeSpan.FromTicks(Math.Min(RetryMax.Ticks, wait.Ticks * 2));
        }
    }

    private async Task AttachAsync(HubService.HubServiceClient client, Action attached, CancellationToken ct)
    {
        using AsyncDuplexStreamingCall<NodeMessage, HubMessage> call = client.Attach(cancellationToken: ct);
        await call.RequestStream.WriteAsync(
            new NodeMessage
            {
                Hello = new Hello
                {
                    ProtocolVersion = Protocol.BlockPlan.ProtocolVersion,
                    Software = $"MdiQkd.Node {typeof(HubConnection).Assembly.GetName().Version}",
                },
            },
            ct).ConfigureAwait(false);
        Channel<NodeMessage> queue = Channel.CreateUnbounded<NodeMessage>(new UnboundedChannelOptions { SingleReader = true });
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task sending = Task.CompletedTask;
        try
        {
            while (await call.ResponseStream.MoveNext(ended.Token).ConfigureAwait(false))
            {
                if (call.ResponseStream.Current is { BodyCase: HubMessage.BodyOneofCase.Welcome } welcome)
                {
                    log.LogInformation("attached to hub {Hub}", welcome.Welcome.Hub);
                    sending = SendAsync(queue.Reader, call.RequestStream, ended.Token);
                    outgoing = queue;
                    attached();
                    OnAttached();
                    continue;
                }

                OnMessage(call.ResponseStream.Current);
            }
        }
        finally
        {
            outgoing = null;
            await ended.CancelAsync().ConfigureAwait(false);
            try
            {
                await sending.ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or RpcException or InvalidOperationException)
            {
                // The stream is over; the reading side knows why.
            }
        }
    }

    private static async Task SendAsync(
        ChannelReader<NodeMessage> queue, IClientStreamWriter<NodeMessage> stream, CancellationToken ct)
    {
        await foreach (NodeMessage message in queue.ReadAllAsync(ct).ConfigureAwait(false))
        {
            await stream.WriteAsync(message, ct).ConfigureAwait(false);
        }
    }

    private static string Explain(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Internal when e.Status.DebugException is HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException or IOException } or System.Security.Authentication.AuthenticationException
            => $"TLS refused: the certificate of this node or of the hub is not accepted ({e.Status.DebugException.Message})",
        StatusCode.Unavailable => $"unreachable ({e.Status.Detail})",
        _ => $"{e.StatusCode}: {e.Status.Detail}",
    };
}
