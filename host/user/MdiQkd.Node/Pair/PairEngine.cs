using Google.Protobuf;
using MdiQkd.Authentication;
using MdiQkd.Authentication.Channel;
using MdiQkd.Authentication.Pool;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <summary>
/// All that one node does with one peer: agrees on blocks, accumulates, distils, stores keys, gives up. Message-driven and
/// synchronous: one caller at a time, no sockets, no timers of its own (<see cref="Tick"/>).
/// </summary>
/// <remarks>
/// Design: one block at a time. Accumulation lasts minutes to hours, distillation seconds, so that a pipeline of blocks would
/// gain about a percent and cost the simplicity of "a message belongs to the one block, or to none".
/// Trade-off: a restart during distillation gives the block up; a restart during accumulation costs the rest of a session.
/// </remarks>
internal sealed partial class PairEngine : IDisposable
{
    /// <summary>Longest wait for the next step of a distillation; decoding a large block behind others takes tens of seconds.</summary>
    public static readonly TimeSpan StageLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan BackoffFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromDays(1);
    private static readonly TimeSpan HelloRetry = TimeSpan.FromSeconds(5);

    private readonly PairContext context;
    private readonly PlanHandshake plans;
    private readonly PeerChannel channel;
    private readonly AuthenticationBackoff backoff;
    private readonly StoreRetry storing;
    private readonly bool isReference;
    private BlockAccumulation? accumulation;
    private BlockDistillation? distillation;
    private ClosedBlock? closed;
    private Checkpoint? earlyCheckpoint;
    private BlockPlan? storedPlan;
    private BlockReport? storedReport;
    private bool? peerHolds;
    private string? givenUp;
    private (long Blocks, double Epsilon) ended;
    private bool peerPresent;
    private long helloDue;
    private long stageStarted;
    private DistillationPhase stage;
    private string remark = string.Empty;

    /// <summary>Takes the pair up, with the block that was open when the process last ended.</summary>
    public PairEngine(PairContext context)
    {
        this.context = context;
        plans = new PlanHandshake(context, TrySend, RefusalToOpen, OpenAsPeer, Open);
        isReference = ParticipantName.IsReference(context.Node, context.Peer.Node);
        channel = new PeerChannel(context.Pool, context.Randomness);
        backoff = new AuthenticationBackoff(context.Time, BackoffFirst, BackoffMax);
        storing = new StoreRetry(context.Time);
        ended = context.Store.Accumulated(context.Peer.Node);
        if (context.Store.OpenBlock(context.Peer.Node) is not var (plan, distilling))
        {
            return;
        }

        accumulation = BlockAccumulation.Restore(
            plan, context.Node, context.Store, context.Emission, context.StorageKey, context.JournalDirectory);
        if (distilling)
        {
            Abort(new Fault(AbortReason.StateLost, "the node restarted while the block was being distilled"), notify: true);
        }
        else
        {
            context.Log.LogInformation(
                "block {Block} with {Peer} taken up again: {Events} events", plan.Id, context.Peer.Node, accumulation.Announced);
        }
    }

    /// <summary>Whether sealed messages can be sent.</summary>
    public bool IsChannelUp => peerPresent && channel.IsEstablished;

    /// <summary>For the management page.</summary>
    public PairStatus Status
    {
        get
        {
            BlockPlan? plan = accumulation?.Plan;
            KeyPoolStatus pool = context.Pool.Status;
            PairState state = distillation is not null ? PairState.Distilling
                : accumulation is not null ? PairState.Accumulating
                : plans.IsUnderWay ? PairState.Planning
                : !IsChannelUp ? PairState.Waiting
                : PairState.Held;
            return new PairStatus(
                context.Peer.Node,
                state,
                plan?.Id.ToString() ?? string.Empty,
                accumulation?.Announced ?? 0,
                accumulation?.Emitted ?? 0,
                plan?.Slots ?? 0,
                context.Keys.Level(context.Peer.Node),
                pool.SendRemaining,
                ended.Blocks,
                ended.Epsilon,
                storing.Alarm.Length > 0 ? storing.Alarm : plans.Alarm);
        }
    }

    /// <summary>The stream to the hub is up: says where the open block stands.</summary>
    public void OnHubAttached()
    {
        if (accumulation is not null && distillation?.Phase is null or DistillationPhase.List)
        {
            SendOpenBlock();
        }
    }

    /// <summary>The stream to the hub is down, and with it messages on their way.</summary>
    public void OnHubLost()
    {
        peerPresent = false;
        if (distillation?.Phase is > DistillationPhase.List and < DistillationPhase.Storing)
        {
            Abort(new Fault(AbortReason.HubLost, $"the connection to the hub was lost in phase {distillation.Phase}"), notify: false);
        }
    }

    /// <summary>Progress of the state encoder.</summary>
    public void OnEmission(SessionId session, long emitted, bool ended)
    {
        if (accumulation is null || distillation is not null)
        {
            return;
        }

        accumulation.OnEmission(session, emitted, ended);
        if (ended)
        {
            SendSessionState(session);
        }
    }

    /// <summary>Whether the encoder must be asked again before a batch can be judged (its report may still be under way).</summary>
    public bool NeedsEmissionOf(HubMessage message, out SessionId session)
    {
        session = default;
        if (message.BodyCase != HubMessage.BodyOneofCase.Announcements || accumulation is null
            || AnnouncementBatchCodec.TryDecode(message.Announcements.Batch.Span, out AnnouncementBatch? batch) != AnnouncementBatchFault.None
            || batch!.Count == 0)
        {
            return false;
        }

        session = batch.Session;
        int index = accumulation.Plan.IndexOf(session);
        return index >= 0 && accumulation.Sessions[index] is { Started: true, Ended: false } running
            && batch.Slots[^1] >= running.Emitted - accumulation.Plan.GuardSlots;
    }

    /// <summary>Sends a message to the peer's key management, sealed. False if the channel is not up.</summary>
    public bool TrySend(KmeMessage message)
    {
        if (!IsChannelUp)
        {
            return false;
        }

        ToPeer(new PeerMessage { ChannelSealed = ByteString.CopyFrom(channel.Protect(message.ToByteArray())) });
        return true;
    }

    /// <summary>Time passes: retries, time-outs, the next block. Called about once a second.</summary>
    public void Tick()
    {
        long now = context.Time.GetTimestamp();
        if (distillation is { } running)
        {
            if (running.Phase != stage)
            {
                stage = running.Phase;
                stageStarted = now;
            }
            else if (givenUp is null && context.Time.GetElapsedTime(stageStarted, now) > StageLimit)
            {
                OnStageLimit(running);
            }

            CompleteStoring();
        }

        if (givenUp is { } reason && storing.IsDue)
        {
            GiveUp(reason);
        }

        if (peerPresent && channel.IsHelloWanted && now >= helloDue)
        {
            SendHello();
        }

        if (IsChannelUp && isReference && accumulation is null)
        {
            plans.Tick(now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        accumulation?.Dispose();
        distillation?.Dispose();
        channel.Dispose();
    }

    /// <summary>B opens a block that both have agreed on, once A has confirmed.</summary>
    private void OpenAsPeer(BlockPlan plan)
    {
        if (accumulation is { } unused)
        {
            // A block that A never opened, since its last message was lost; no slot of it was sent.
            context.Store.RemoveBlock(unused.Plan.Id);
            unused.Destroy();
        }

        Open(plan);
    }

    private void Open(BlockPlan plan)
    {
        context.Store.AddBlock(plan, context.Peer.Node);
        accumulation = BlockAccumulation.Open(
            plan, context.Node, context.Store, context.Emission, context.StorageKey, context.JournalDirectory);
        context.Log.LogInformation(
            "block {Block} with {Peer} open: {Sessions} sessions of {Slots} slots",
            plan.Id,
            context.Peer.Node,
            plan.Sessions.Count,
            plan.SlotsPerSession);
        SendOpenBlock();
    }

    private string? RefusalToOpen()
    {
        KeyPoolStatus pool = context.Pool.Status;
        return distillation is not null || (accumulation is not null && accumulation.Sessions.Any(session => session.Started))
                ? "a block is still open"
            : !pool.MayOpenBlock
                ? $"authentication pool with {context.Peer.Node} is at its reserve ({pool.Level}): provision it again"
            : !backoff.MayOpenBlock
                ? "backing off after an authentication abort"
            : null;
    }

    private void Settle(Fault? fault)
    {
        if (distillation is { } running && running.Remark != remark)
        {
            remark = running.Remark;
            context.Log.LogWarning("block {Block} with {Peer}: {Remark}", accumulation!.Plan.Id, context.Peer.Node, remark);
        }

        if (fault is not null)
        {
            Abort(fault, notify: true);
            return;
        }

        CompleteStoring();
    }

    private void SendOpenBlock()
    {
        OpenBlock message = new() { Plan = ByteString.CopyFrom(accumulation!.Plan.Encode()) };
        message.Sessions.AddRange(accumulation.Sessions.Select(State));
        Send(new NodeMessage { OpenBlock = message });
    }

    private void SendSessionState(SessionId id)
    {
        int index = accumulation!.Plan.IndexOf(id);
        if (index >= 0)
        {
            Send(new NodeMessage { SessionState = State(accumulation.Sessions[index]) });
        }
    }

    private static SessionState State(SessionRecord session) => new()
    {
        Session = Bytes(session.Id),
        Batches = session.Batches,
        Started = session.Started,
        Ended = session.Ended,
        Emitted = session.Emitted,
    };

    private void Send(NodeMessage message)
    {
        message.Peer = context.Peer.Node;
        context.ToHub(message);
    }

    private void ToPeer(PeerMessage message) => Send(new NodeMessage { Relay = message.ToByteString() });

    private bool IsCurrent(ByteString block) =>
        accumulation is { } open && block.Length == BlockId.Size && BlockId.Read(block.Span) == open.Plan.Id;

    private static bool TryReadSession(ByteString bytes, out SessionId session)
    {
        session = bytes.Length == SessionId.Size ? SessionId.Read(bytes.Span) : default;
        return bytes.Length == SessionId.Size;
    }

    private static ByteString Bytes(SessionId id) => ByteString.CopyFrom(id.ToArray());

    private static ByteString Bytes(BlockId id) => ByteString.CopyFrom(id.ToArray());

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * context.Time.TimestampFrequency);
}
