using Google.Protobuf;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>
/// Messages by which both users agree on a block, over the sealed channel: A proposes, B accepts, A confirms, B opens and says so, A
/// opens (PROTOCOL 1.1). Any of them may be lost: A proposes the same plan again until a block is open.
/// </summary>
/// <param name="context">The pair.</param>
/// <param name="send">Sends to the peer; false if the channel is down.</param>
/// <param name="refusal">Why this node opens no block now, or null.</param>
/// <param name="openAsPeer">B: the block that A confirmed.</param>
/// <param name="open">A: the block that B has opened.</param>
internal sealed class PlanHandshake(
    PairContext context, Func<KmeMessage, bool> send, Func<string?> refusal, Action<BlockPlan> openAsPeer, Action<BlockPlan> open)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly PlanNegotiation negotiation = new(context);
    private BlockPlan? proposal;
    private BlockPlan? accepted;
    private long due;

    /// <summary>Whether a plan was proposed or accepted and its block is not open yet.</summary>
    public bool IsUnderWay => proposal is not null || accepted is not null;

    /// <summary>Why there is no block, for the operator; empty if there is nothing to say.</summary>
    public string Alarm { get; private set; } = string.Empty;

    /// <summary>A block has ended: the next proposal follows at once, or after an abort a little later.</summary>
    public void Wait(bool afterAbort) => due = context.Time.GetTimestamp() + (afterAbort ? RetryTicks : 0);

    /// <summary>A: proposes, again from time to time.</summary>
    public void Tick(long now)
    {
        if (now < due)
        {
            return;
        }

        due = now + RetryTicks;
        if (refusal() is { } reason)
        {
            Alarm = reason;
            return;
        }

        accepted = null;
        if (proposal is null && (proposal = negotiation.Propose(out reason)) is null)
        {
            Alarm = $"no block is planned: {reason}";
            return;
        }

        send(new KmeMessage { ProposePlan = ByteString.CopyFrom(proposal.Encode()) });
    }

    /// <summary>A message of the peer about a plan.</summary>
    public void OnMessage(KmeMessage message)
    {
        switch (message.BodyCase)
        {
            case KmeMessage.BodyOneofCase.ProposePlan:
                OnProposal(message.ProposePlan.Span);
                break;
            case KmeMessage.BodyOneofCase.AcceptPlan:
                OnAcceptance(message.AcceptPlan.Span);
                break;
            case KmeMessage.BodyOneofCase.RefusePlan:
                Alarm = $"{context.Peer.Node} refuses blocks: {message.RefusePlan}";
                context.Log.LogWarning("plan refused by {Peer}: {Reason}", context.Peer.Node, message.RefusePlan);
                proposal = null;
                break;
            case KmeMessage.BodyOneofCase.ConfirmPlan when Agreed(message.ConfirmPlan) is { } plan:
                openAsPeer(plan);
                send(new KmeMessage { PlanOpened = ByteString.CopyFrom(plan.Fingerprint()) });
                break;
            case KmeMessage.BodyOneofCase.PlanOpened when Agreed(message.PlanOpened) is { } plan:
                open(plan);
                break;
        }
    }

    private long RetryTicks => (long)(Retry.TotalSeconds * context.Time.TimestampFrequency);

    private void OnProposal(ReadOnlySpan<byte> bytes)
    {
        BlockPlan? answer = null;
        if (BlockPlan.TryDecode(bytes, out BlockPlan? plan, out string? reason) && (reason = refusal()) is null)
        {
            answer = negotiation.Answer(plan, out reason);
        }

        if (answer is null)
        {
            send(new KmeMessage { RefusePlan = reason });
            return;
        }

        accepted = answer;
        send(new KmeMessage { AcceptPlan = ByteString.CopyFrom(answer.Encode()) });
    }

    private void OnAcceptance(ReadOnlySpan<byte> bytes)
    {
        if (proposal is null || !BlockPlan.TryDecode(bytes, out BlockPlan? plan, out _) || plan.Id != proposal.Id)
        {
            return;
        }

        if (negotiation.CheckAcceptance(proposal, plan) is { } wrong)
        {
            Alarm = $"{context.Peer.Node} answers a plan wrongly: {wrong}";
            proposal = null;
            return;
        }

        accepted = plan;
        send(new KmeMessage { ConfirmPlan = ByteString.CopyFrom(plan.Fingerprint()) });
    }

    /// <summary>The accepted plan, if this is its fingerprint; it is taken out, the agreement is complete.</summary>
    private BlockPlan? Agreed(ByteString fingerprint)
    {
        if (accepted is not { } plan || !fingerprint.Span.SequenceEqual(plan.Fingerprint()))
        {
            return null;
        }

        proposal = null;
        accepted = null;
        Alarm = string.Empty;
        return plan;
    }
}
