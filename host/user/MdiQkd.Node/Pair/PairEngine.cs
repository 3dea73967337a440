using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using MdiQkd.Authentication;
using MdiQkd.Authentication.Channel;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.KeyMaterial;
using MdiQkd.KeyRate;
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
internal sealed class PairEngine : IDisposable
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

    /// <summary>A message of the hub about this pair.</summary>
    public void OnHubMessage(HubMessage message)
    {
        switch (message.BodyCase)
        {
            case HubMessage.BodyOneofCase.Presence:
                OnPresence(message.Presence.Attached);
                break;
            case HubMessage.BodyOneofCase.StartSession:
                OnStartSession(message.StartSession);
                break;
            case HubMessage.BodyOneofCase.Announcements:
                OnAnnouncements(message.Announcements);
                break;
            case HubMessage.BodyOneofCase.SessionClosed:
                // Of a block that is over it touches nothing, like a late batch.
                if (distillation is null && accumulation is { } open && TryReadSession(message.SessionClosed.Session, out SessionId id)
                    && open.Plan.IndexOf(id) >= 0)
                {
                    Settle(open.Complete(id, message.SessionClosed.Batches));
                }

                break;
            case HubMessage.BodyOneofCase.ListClosed when IsCurrent(message.ListClosed.Block) && distillation is null:
                OnListClosed(message.ListClosed);
                break;
            case HubMessage.BodyOneofCase.Disclosure when IsCurrent(message.Disclosure.Block):
                Settle(distillation?.OnDisclosure(message.Disclosure));
                break;
            case HubMessage.BodyOneofCase.SyndromeRequest when IsCurrent(message.SyndromeRequest.Block):
            case HubMessage.BodyOneofCase.Syndromes when IsCurrent(message.Syndromes.Block):
            case HubMessage.BodyOneofCase.ErrorPatterns when IsCurrent(message.ErrorPatterns.Block):
            case HubMessage.BodyOneofCase.FrameBits when IsCurrent(message.FrameBits.Block):
                Settle(distillation?.OnReconciliation(message));
                break;
            case HubMessage.BodyOneofCase.EndBlock when IsCurrent(message.EndBlock.Block) && distillation?.Phase is null or < DistillationPhase.Storing:
                Abort(new Fault(AbortReason.HubLost, $"the hub gave the block up: {message.EndBlock.Reason}"), notify: true);
                break;
            case HubMessage.BodyOneofCase.Relay:
                OnRelay(message.Relay);
                break;
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

    /// <summary>Something in this node failed: the open block is given up, the pair goes on with the next one.</summary>
    public void GiveUp(string detail)
    {
        if (accumulation is null || distillation?.Phase is >= DistillationPhase.Storing)
        {
            return;
        }

        givenUp = detail;
#pragma warning disable CA1031 // whatever keeps the end of a block from being stored: it is tried again and the operator is told
        try
        {
            Abort(new Fault(AbortReason.StateLost, $"internal fault: {detail}"), notify: true);
        }
        catch (Exception e)
        {
            OnStoringFailed($"the end of block {accumulation.Plan.Id}", e);
        }
#pragma warning restore CA1031
    }

    /// <summary>The key stores were compared: blocks that were pending are confirmed or gone.</summary>
    public void OnSynchronised()
    {
        if (storedReport is not null && storedPlan is { } plan && !context.Keys.PendingBlocks(context.Peer.Node).Contains(plan.Id))
        {
            peerHolds = context.Keys.Confirm(context.Peer.Node, plan.Id);
            CompleteStoring();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        accumulation?.Dispose();
        distillation?.Dispose();
        channel.Dispose();
    }

    private void OnPresence(bool attached)
    {
        peerPresent = attached;
        if (attached)
        {
            SendHello();
            distillation?.RepeatList();
        }
    }

    private void SendHello()
    {
        helloDue = context.Time.GetTimestamp() + Ticks(HelloRetry);
        ToPeer(new PeerMessage { ChannelHello = ByteString.CopyFrom(channel.CreateHello()) });
    }

    private void OnStartSession(StartSession message)
    {
        if (accumulation is null || distillation is not null || !IsCurrent(message.Block)
            || !TryReadSession(message.Session, out SessionId session))
        {
            context.Log.LogWarning("the hub starts a session of no open block; refused");
            return;
        }

        if (accumulation.TryStart(session, message.StartPs) is { } refused)
        {
            context.Log.LogWarning("not started: {Reason}", refused);
        }

        SendSessionState(session);
    }

    private void OnAnnouncements(Announcements message)
    {
        if (accumulation is null || distillation is not null)
        {
            return;
        }

        AnnouncementBatchFault fault = AnnouncementBatchCodec.TryDecode(message.Batch.Span, out AnnouncementBatch? batch);
        if (batch is null)
        {
            Settle(new Fault(AbortReason.HubRuleBroken, $"announcement batch: {fault}"));
            return;
        }

        if (accumulation.Plan.IndexOf(batch.Session) < 0)
        {
            // Late events of a block that is over; they touch nothing.
            return;
        }

        if (accumulation.Accept(batch) is { } broken)
        {
            Settle(broken);
            return;
        }

        SessionRecord session = accumulation.Sessions[accumulation.Plan.IndexOf(batch.Session)];
        Send(new NodeMessage
        {
            BatchesStored = new BatchesStored { Session = Bytes(session.Id), Batches = session.Batches },
        });
    }

    private void OnListClosed(ListClosed message)
    {
        if (accumulation!.TryClose(message, out ClosedBlock? block) is { } fault)
        {
            Settle(fault);
            return;
        }

        context.Store.MarkDistilling(accumulation.Plan.Id);
        closed = block;
        distillation = new BlockDistillation(
            accumulation.Plan, context.Node, block!, context.Pool, context.Randomness, context.Codes, Send, ToPeer);
        stage = distillation.Phase;
        stageStarted = context.Time.GetTimestamp();
        remark = string.Empty;
        context.Log.LogInformation(
            "block {Block} with {Peer} closed: {Events} events", accumulation.Plan.Id, context.Peer.Node, block!.Own.Events);
        Settle(distillation.Begin());
        if (earlyCheckpoint is { } early)
        {
            earlyCheckpoint = null;
            Settle(distillation?.OnCheckpoint(early));
        }
    }

    private void OnRelay(ByteString bytes)
    {
        PeerMessage message;
        try
        {
            message = PeerMessage.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            context.Log.LogWarning("a relayed message of {Peer} is malformed; ignored", context.Peer.Node);
            return;
        }

        switch (message.BodyCase)
        {
            case PeerMessage.BodyOneofCase.ChannelHello:
                OnHello(message.ChannelHello.Span);
                break;
            case PeerMessage.BodyOneofCase.ChannelSealed:
                OnSealed(message.ChannelSealed.Span);
                break;
            case PeerMessage.BodyOneofCase.Checkpoint when IsCurrent(message.Checkpoint.Block) && distillation is null:
                // The peer has its list already; this node's is still on its way.
                earlyCheckpoint = message.Checkpoint;
                break;
            case PeerMessage.BodyOneofCase.Checkpoint when IsCurrent(message.Checkpoint.Block):
                Settle(distillation?.OnCheckpoint(message.Checkpoint));
                break;
            case PeerMessage.BodyOneofCase.Verification when IsCurrent(message.Verification.Block):
                Settle(distillation?.OnVerification(message.Verification));
                break;
            case PeerMessage.BodyOneofCase.Amplification when IsCurrent(message.Amplification.Block):
                Settle(distillation?.OnAmplification(message.Amplification));
                break;
        }
    }

    private void OnHello(ReadOnlySpan<byte> hello)
    {
        HandshakeResult result = channel.HandleHello(hello);
        if (result.Reply is { } reply)
        {
            ToPeer(new PeerMessage { ChannelHello = ByteString.CopyFrom(reply) });
        }

        if (result.Outcome == HandshakeOutcome.Established)
        {
            context.Log.LogInformation("sealed channel to {Peer} is up", context.Peer.Node);
            if (accumulation is { } open)
            {
                TrySend(new KmeMessage { BlockStatus = new BlockStatus { Block = Bytes(open.Plan.Id) } });
            }

            context.WantSync();
        }
    }

    private void OnSealed(ReadOnlySpan<byte> bytes)
    {
        if (!channel.TryUnprotect(bytes, out byte[]? plain, out PeerChannelFault fault))
        {
            context.Log.LogWarning("a sealed message of {Peer} is refused: {Fault}", context.Peer.Node, fault);
            return;
        }

        KmeMessage message = KmeMessage.Parser.ParseFrom(plain);
        switch (message.BodyCase)
        {
            case KmeMessage.BodyOneofCase.ProposePlan or KmeMessage.BodyOneofCase.ConfirmPlan when !isReference:
            case KmeMessage.BodyOneofCase.AcceptPlan or KmeMessage.BodyOneofCase.RefusePlan or KmeMessage.BodyOneofCase.PlanOpened
                when isReference && accumulation is null:
                plans.OnMessage(message);
                break;
            case KmeMessage.BodyOneofCase.BlockStatus:
                OnBlockStatus(message.BlockStatus);
                break;
            case KmeMessage.BodyOneofCase.Abort when IsCurrent(message.Abort.Block) && distillation?.Phase is null or < DistillationPhase.Storing:
                Abort(new Fault(AbortReason.PeerAborted, $"{(AbortReason)message.Abort.Reason}: {message.Abort.Detail}"), notify: false,
                    verdict: (AbortReason)message.Abort.Reason);
                break;
            case KmeMessage.BodyOneofCase.KeyRequest:
            case KmeMessage.BodyOneofCase.KeyResponse:
                context.OnKeyMessage(message);
                break;
        }
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

    private void OnBlockStatus(BlockStatus status)
    {
        if (!status.Answer)
        {
            TrySend(new KmeMessage
            {
                BlockStatus = new BlockStatus { Block = status.Block, Answer = true, Held = IsCurrent(status.Block) },
            });
        }
        else if (!status.Held && IsCurrent(status.Block) && distillation?.Phase is null or < DistillationPhase.Storing)
        {
            Abort(new Fault(AbortReason.StateLost, "the peer does not hold this block any more"), notify: false);
        }
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

    /// <summary>
    /// What is left to store of a block with a key: the key here, then that both hold it, then the report. Each step may be repeated. While
    /// the stores fail, the key waits in memory, the peer keeps its own, and the pair opens no other block.
    /// </summary>
    private void CompleteStoring()
    {
        if (distillation is not { Phase: >= DistillationPhase.Storing } ready || !storing.IsDue)
        {
            return;
        }

#pragma warning disable CA1031 // whatever keeps a key from being stored: it is tried again and the operator is told
        try
        {
            if (storedReport is null)
            {
                StoreKey(ready);
            }

            if (distillation is { Phase: DistillationPhase.Done } && peerHolds is null)
            {
                context.Keys.Confirm(context.Peer.Node, storedPlan!.Id);
                peerHolds = true;
            }

            if (peerHolds is { } confirmed)
            {
                FinishStored(storedPlan!, storedReport!, confirmed);
            }

            if (storing.Failures > 0)
            {
                context.Log.LogInformation("{Peer}: stored after {Failures} failures", context.Peer.Node, storing.Failures);
                storing.RecordSuccess();
            }
        }
        catch (Exception e)
        {
            OnStoringFailed($"the key of block {accumulation!.Plan.Id}", e);
        }
#pragma warning restore CA1031
    }

    private void OnStoringFailed(string what, Exception e)
    {
        storing.RecordFailure(what, e.Message);
        context.Log.LogError("{Peer}: {Alarm}", context.Peer.Node, storing.Alarm);
    }

    private void StoreKey(BlockDistillation ready)
    {
        BlockPlan plan = accumulation!.Plan;
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)(ready.KeyBits / 8), pinned: true);
        Fault? fault;
        try
        {
            MemoryMarshal.AsBytes(ready.Key!.Bits.Words)[..bytes.Length].CopyTo(bytes);
            fault = StoreParts(plan.Id, bytes, ready);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        if (fault is not null)
        {
            Abort(fault, notify: true);
            return;
        }

        storedPlan = plan;
        storedReport = Report(new Fault(AbortReason.None, string.Empty), ready.KeyBits);
        if (ready.ConfirmStored() is { } refused)
        {
            Abort(refused, notify: true);
        }
    }

    /// <summary>
    /// The pool comes first (PROTOCOL 6.2); its segment before the key, so that a key never exists without it. Repeated after a failure: what
    /// is stored already stays.
    /// </summary>
    /// <exception cref="IOException">The pool has no room on its medium; nothing of it changed.</exception>
    /// <exception cref="KeyStoreException">The key store failed.</exception>
    private Fault? StoreParts(BlockId block, ReadOnlySpan<byte> bytes, BlockDistillation ready)
    {
        if (!KeyRefill.IsPossible(ready.RefillPads, ready.KeyBits))
        {
            return new Fault(AbortReason.NoKey, $"{ready.KeyBits} bits are too few for the channel root and one key");
        }

        int segmentBytes = KeyRefill.SegmentBytes(ready.RefillPads);
        SegmentOutcome added = segmentBytes == 0
            ? SegmentOutcome.Done
            : context.Pool.AddSegment(block, bytes[..segmentBytes]);
        if (added == SegmentOutcome.NotWritten)
        {
            throw new IOException("the file of the authentication pool cannot grow");
        }

        SegmentOutcome root = channel.InstallRoot(block, bytes.Slice(segmentBytes, KeyPool.RootBytes));
        AddOutcome stored = context.Keys.AddPending(
            context.Peer.Node,
            block,
            bytes.Slice(segmentBytes + KeyPool.RootBytes, KeyRefill.ChunkBytes(ready.RefillPads, bytes.Length)));
        return added is SegmentOutcome.Done or SegmentOutcome.AlreadyDone
            && root is SegmentOutcome.Done or SegmentOutcome.AlreadyDone
            && stored is AddOutcome.Stored or AddOutcome.AlreadyHeld
            ? null
            : new Fault(AbortReason.StateLost, $"the key was not stored (segment {added}, root {root}, key {stored})");
    }

    private void FinishStored(BlockPlan plan, BlockReport report, bool confirmed)
    {
        if (confirmed)
        {
            context.Pool.MarkPeerHolds(plan.Id);
            channel.MarkPeerHoldsRoot(plan.Id);
            backoff.RecordSuccess();
        }
        else
        {
            context.Pool.Retire(plan.Id);
            report = report with { SecretBits = 0, AbortReason = AbortReason.PeerAborted, Detail = "the peer did not store its key" };
        }

        context.Store.Finish(plan.Id, report);
        context.Log.LogInformation(
            "block {Block} with {Peer}: {SecretBits} secret bits of {Sifted} sifted, QBER {Qber:P2}, phase error below {Phase:P2}, leak {Leak}",
            report.BlockId,
            report.Peer,
            report.SecretBits,
            report.Sifted,
            report.QberZ,
            report.PhaseErrorUpper,
            report.LeakEc);
        Close(report, string.Empty);
    }

    /// <param name="fault">What goes into the report.</param>
    /// <param name="notify">Whether the peer is told.</param>
    /// <param name="verdict">The reason that counts, if the peer gave the block up for it; null = that of the fault.</param>
    private void Abort(Fault fault, bool notify, AbortReason? verdict = null)
    {
        if (accumulation is not { } open)
        {
            return;
        }

        // First, since it may fail and be repeated.
        BlockReport report = Report(fault, 0);
        context.Store.Finish(open.Plan.Id, report);
        context.Log.LogWarning(
            "block {Block} with {Peer} given up: {Reason}: {Detail}", open.Plan.Id, context.Peer.Node, fault.Reason, fault.Detail);
        if (distillation is not null && (int)(verdict ?? fault.Reason) >= (int)AbortReason.VerificationFailed)
        {
            // Pads were spent and the block's own data are not to blame: whoever forces such aborts drains the pool, so the next
            // attempt waits, twice as long each time (PROTOCOL 6.2).
            backoff.RecordAbort();
            context.Pool.ForgetBadTags();
        }

        if (notify)
        {
            TrySend(new KmeMessage
            {
                Abort = new AbortNotice { Block = Bytes(open.Plan.Id), Reason = (int)fault.Reason, Detail = fault.Detail },
            });
        }

        if (storedPlan is not null)
        {
            context.Keys.Discard(context.Peer.Node, open.Plan.Id);
            context.Pool.Retire(open.Plan.Id);
        }

        Close(report, fault.Reason.ToString());
    }

    private void OnStageLimit(BlockDistillation running)
    {
        if (running.Phase < DistillationPhase.Storing)
        {
            AbortReason reason = running.Remark.Length > 0 ? AbortReason.AuthenticationFailed : AbortReason.TimedOut;
            Abort(new Fault(reason, $"no progress in phase {running.Phase} for {StageLimit.TotalSeconds:F0} s {running.Remark}".TrimEnd()), notify: true);
            return;
        }

        stageStarted = context.Time.GetTimestamp();
        context.WantSync();
    }

    private void Close(BlockReport report, string reason)
    {
        BlockPlan plan = accumulation!.Plan;
        ended = (ended.Blocks + 1, ended.Epsilon + report.Epsilon);
        distillation?.Dispose();
        accumulation.Destroy();
        Send(new NodeMessage { EndBlock = new EndBlock { Block = Bytes(plan.Id), Reason = reason } });
        distillation = null;
        accumulation = null;
        closed = null;
        earlyCheckpoint = null;
        storedPlan = null;
        storedReport = null;
        peerHolds = null;
        givenUp = null;
        storing.RecordSuccess();
        plans.Wait(afterAbort: reason.Length > 0);
    }

    private BlockReport Report(Fault fault, long secretBits)
    {
        BlockPlan plan = accumulation!.Plan;
        int sifted = distillation?.SiftedBits ?? 0;
        double qber = sifted > 0 ? (double)distillation!.Errors / sifted : 0;
        double shannon = qber > 0 ? sifted * (-(qber * Math.Log2(qber)) - ((1 - qber) * Math.Log2(1 - qber))) : 0;
        long slots = closed?.Slots ?? accumulation.Emitted;
        return new BlockReport(
            plan.Id.ToString(),
            context.Peer.Node,
            isReference,
            closed?.Own.Events ?? accumulation.Announced,
            sifted,
            qber,
            distillation?.PhaseErrorUpper ?? 0,
            distillation?.LeakEc ?? 0,
            shannon > 0 ? distillation!.LeakEc / shannon : 0,
            secretBits,
            slots,
            slots * plan.Timing.SlotPeriodPs * 1e-12,
            ComposableSecurity.Of(new SecurityParameters(plan.Security.Epsilon, plan.Security.EpsilonCorrectness)).Total,
            fault.Reason,
            fault.Detail);
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
