using Google.Protobuf;
using MdiQkd.Authentication.Channel;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <content>What hub and peer say, sorted by the state of the block.</content>
internal sealed partial class PairEngine
{
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
}
