using System.Threading.Channels;
using Grpc.Core;
using MdiQkd.Hub.Pair;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Service;

/// <summary>The gRPC end of the hub: one duplex stream per node, named by its certificate.</summary>
internal sealed class HubGrpcService(HubConfiguration configuration, HubLoop loop, HubCore core, NodeLinks links, ILogger<HubGrpcService> log)
    : HubService.HubServiceBase
{
    /// <inheritdoc/>
    public override async Task Attach(
        IAsyncStreamReader<NodeMessage> requestStream, IServerStreamWriter<HubMessage> responseStream, ServerCallContext context)
    {
        string node = NodeName(context);
        if (!await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false)
            || requestStream.Current.BodyCase != NodeMessage.BodyOneofCase.Hello)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the first message must be Hello"));
        }

        if (requestStream.Current.Hello.ProtocolVersion != Protocol.BlockPlan.ProtocolVersion)
        {
            throw new RpcException(new Status(
                StatusCode.FailedPrecondition, $"protocol version {Protocol.BlockPlan.ProtocolVersion} is needed"));
        }

        if (!links.TryAdd(node, out ChannelReader<HubMessage> outgoing))
        {
            throw new RpcException(new Status(StatusCode.AlreadyExists, $"{node} is attached already"));
        }

        log.LogInformation("{Node} attached", node);
        links.Send(node, new HubMessage { Welcome = new Welcome { Hub = configuration.Name } });
        loop.Post(() => core.OnAttached(node));
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        try
        {
            Task sending = SendAsync(outgoing, responseStream, ended.Token);
            Task receiving = ReceiveAsync(node, requestStream, ended.Token);
            await Task.WhenAny(sending, receiving).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // The stream ended; that is all there is to know.
        }
        finally
        {
            links.Remove(node);
            await loop.CallAsync(() => core.OnDetached(node)).ConfigureAwait(false);
            log.LogInformation("{Node} detached", node);
        }
    }

    private string NodeName(ServerCallContext context)
    {
        string name = context.GetHttpContext().Connection.ClientCertificate is { } certificate
            ? MutualTls.CommonName(certificate)
            : string.Empty;
        return configuration.Users.Any(user => user.Name == name)
            ? name
            : throw new RpcException(new Status(StatusCode.PermissionDenied, $"'{name}' is no user of this hub"));
    }

    private static async Task SendAsync(
        ChannelReader<HubMessage> outgoing, IServerStreamWriter<HubMessage> stream, CancellationToken ct)
    {
        await foreach (HubMessage message in outgoing.ReadAllAsync(ct).ConfigureAwait(false))
        {
            await stream.WriteAsync(message, ct).ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(string node, IAsyncStreamReader<NodeMessage> stream, CancellationToken ct)
    {
        while (await stream.MoveNext(ct).ConfigureAwait(false))
        {
            NodeMessage message = stream.Current;
            loop.Post(() => core.OnMessage(node, message));
        }
    }
}
