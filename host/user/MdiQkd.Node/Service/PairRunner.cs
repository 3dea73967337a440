using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Node.Service;

/// <summary>
/// The single caller of one pair's engine: hub messages, encoder reports, key requests and time all queue up here, so that the
/// engine needs no locks and one pair's heavy work never holds up another.
/// </summary>
internal sealed class PairRunner : IDisposable
{
    /// <summary>
    /// How long a batch may be ahead of the encoder's own report of the same slots, which travels on another connection. The
    /// rule itself (nothing is accepted before it was emitted) is checked after the wait, unchanged.
    /// </summary>
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(2);

    private readonly Channel<Action> inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<byte[]>> waiting = new();
    private readonly ConcurrentDictionary<SessionId, (long Emitted, bool Ended)> reports = new();
    private readonly SemaphoreSlim reported = new(0);
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly string peer;
    private CancellationToken stopping;
    private ulong requestId;
    private volatile PairStatus? status;

    /// <summary>Makes the engine through <paramref name="compose"/>, which gets this runner's key-message handler.</summary>
    public PairRunner(string peer, TimeProvider time, ILogger log, Func<Action<KmeMessage>, PairEngine> compose)
    {
        this.peer = peer;
        this.time = time;
        this.log = log;
        Engine = compose(OnKeyMessage);
    }

    /// <summary>The engine; only calls posted here may touch it.</summary>
    public PairEngine Engine { get; }

    /// <summary>Handles the peer's key requests.</summary>
    public Func<ReadOnlyMemory<byte>, Task<byte[]>> HandleRequest { get; set; } =
        _ => throw new InvalidOperationException("no key agreement");

    /// <summary>What the management page shows; may be a second old.</summary>
    public PairStatus? Status => status;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        stopping = ct;
        Task ticking = TickAsync(ct);
        await foreach (Action call in inbox.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
#pragma warning disable CA1031 // a fault in one pair's block must not take the node, its keys and the other pairs down
            try
            {
                call();
            }
            catch (Exception e)
            {
                log.LogError(e, "a message about {Peer} could not be handled", peer);
                Engine.GiveUp(e.Message);
            }
#pragma warning restore CA1031
        }

        await ticking.ConfigureAwait(false);
    }

    /// <summary>Posts a call.</summary>
    public void Post(Action<PairEngine> call) => inbox.Writer.TryWrite(() => call(Engine));

    /// <summary>A message of the hub.</summary>
    public void OnHubMessage(HubMessage message) => inbox.Writer.TryWrite(() =>
    {
        if (Engine.NeedsEmissionOf(message, out SessionId session))
        {
            AwaitReport(session, message);
        }

        // A node that stops has stopped its encoder: the batch comes again when it is back.
        if (!stopping.IsCancellationRequested)
        {
            Engine.OnHubMessage(message);
        }
    });

    /// <summary>A report of the encoder; seen at once by a batch that waits for it.</summary>
    public void OnEmission(SessionId session, long emitted, bool ended)
    {
        reports[session] = (emitted, ended);
        reported.Release();
        Post(engine => engine.OnEmission(session, emitted, ended));
    }

    /// <summary>Sends a key request to the peer and waits for the answer.</summary>
    /// <exception cref="PeerUnavailableException">The channel is down, or the peer failed.</exception>
    public async Task<byte[]> RequestAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        ulong id = Interlocked.Increment(ref requestId);
        TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        try
        {
            KmeMessage message = new() { KeyRequest = new KeyRequest { Id = id, Body = ByteString.CopyFrom(body.Span) } };
            Post(engine =>
            {
                if (!engine.TrySend(message))
                {
                    answer.TrySetException(new PeerUnavailableException(peer, "the sealed channel is down"));
                }
            });
            return await answer.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        reported.Dispose();
    }

    private void AwaitReport(SessionId session, HubMessage message)
    {
        long start = time.GetTimestamp();
        while (Engine.NeedsEmissionOf(message, out _) && time.GetElapsedTime(start) < ReportPatience
            && !stopping.IsCancellationRequested)
        {
            if (reports.TryGetValue(session, out (long Emitted, bool Ended) report))
            {
                Engine.OnEmission(session, report.Emitted, report.Ended);
                if (report.Ended)
                {
                    return;
                }
            }

            reported.Wait(TimeSpan.FromMilliseconds(10));
        }
    }

    private void OnKeyMessage(KmeMessage message)
    {
        if (message.BodyCase == KmeMessage.BodyOneofCase.KeyResponse)
        {
            if (waiting.TryGetValue(message.KeyResponse.Id, out TaskCompletionSource<byte[]>? answer))
            {
                if (message.KeyResponse.Error.Length > 0)
                {
                    answer.TrySetException(new PeerUnavailableException(peer, message.KeyResponse.Error));
                }
                else
                {
                    answer.TrySetResult(message.KeyResponse.Body.ToByteArray());
                }
            }

            return;
        }

        KeyRequest request = message.KeyRequest;
        _ = Task.Run(async () =>
        {
            KeyResponse response = new() { Id = request.Id };
#pragma warning disable CA1031 // the peer gets an answer whatever goes wrong here; the cause stays in this node's log
            try
            {
                response.Body = ByteString.CopyFrom(await HandleRequest(request.Body.Memory).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                log.LogWarning("key request of {Peer} failed: {Reason}", peer, e.Message);
                response.Error = "the request could not be handled";
            }
#pragma warning restore CA1031

            Post(engine => engine.TrySend(new KmeMessage { KeyResponse = response }));
        });
    }

    private async Task TickAsync(CancellationToken ct)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500), time);
        try
        {
            do
            {
                Post(engine =>
                {
                    engine.Tick();
                    status = engine.Status;
                });
            }
            while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The runner ends.
        }
    }
}
