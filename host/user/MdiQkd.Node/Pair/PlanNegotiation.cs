using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>
/// Makes and checks block plans. A proposes, B fills its own settings in and accepts, A confirms: each user holds the other's
/// authenticated acceptance before a block opens (PROTOCOL 1.1). The hub has no say in it.
/// </summary>
internal sealed class PlanNegotiation(PairContext context)
{
    private readonly PlanForecast? forecast = context.Peer.Link is { } link
        ? new PlanForecast(link, ParticipantName.IsReference(context.Node, context.Peer.Node))
        : null;

    /// <summary>A plan of this node, as A; B replaces the settings of B by its own, if it has any.</summary>
    /// <returns>The plan, or null with the reason why there is none.</returns>
    public BlockPlan? Propose(out string? refusal)
    {
        SessionId[] sessions = new SessionId[context.Block.Sessions];
        for (int index = 0; index < sessions.Length; index++)
        {
            sessions[index] = new SessionId(Draw());
        }

        BlockPlan draft = new(
            new BlockId(Draw()),
            context.Node,
            context.Peer.Node,
            context.Timing,
            context.Pilots,
            context.Peer.Source ?? PlaceHolder,
            context.Peer.PeerSource ?? context.Peer.Source ?? PlaceHolder,
            context.Block.AcceptPsiPlus,
            sessions,
            context.Block.SlotsPerSession,
            context.Block.GuardSlots,
            context.Block.Security,
            context.Block.EfficiencyCapMilli,
            context.Block.QberCapMicro);
        BlockPlan plan = draft;
        if (context.Peer.Source is null)
        {
            plan = forecast!.Optimised(draft);
            plan = plan with { SourceB = context.Peer.PeerSource ?? plan.SourceB };
        }

        refusal = forecast?.Refusal(plan);
        return refusal is null ? plan : null;
    }

    /// <summary>
    /// As B: checks A's plan against the own configuration, fills the own settings in, if there are any, and checks by the own model of the
    /// channel what the plan would bring.
    /// </summary>
    /// <returns>The accepted plan, or null with the reason.</returns>
    public BlockPlan? Answer(BlockPlan proposal, out string? refusal)
    {
        BlockPlan plan = proposal with { SourceB = context.Peer.Source ?? proposal.SourceB };
        refusal = proposal.A != context.Peer.Node || proposal.B != context.Node ? "the plan is for another pair"
            : !Matches(proposal, out string? difference) ? difference
            : context.Peer.PeerSource is { } expected && expected != proposal.SourceA
                ? "sourceA is not what this node accepts from the peer"
            : UsedSession(proposal) is { } used ? $"session {used} was used before"
            : forecast?.Refusal(plan);
        return refusal is null ? plan : null;
    }

    /// <summary>As A: checks that B changed nothing but its own settings, and those within what this node accepts.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? CheckAcceptance(BlockPlan proposal, BlockPlan accepted)
    {
        bool same = (proposal with { SourceB = accepted.SourceB }).Encode().AsSpan().SequenceEqual(accepted.Encode());
        return !same ? "the peer changed the plan"
            : context.Peer.PeerSource is { } expected && expected != accepted.SourceB
                ? "sourceB is not what this node accepts from the peer"
            : accepted.SourceB != proposal.SourceB ? forecast?.Refusal(accepted)
            : null;
    }

    // Stands in a draft until the optimiser has been asked.
    private static SourceSettings PlaceHolder { get; } = SourceSettings.FromReal(0.5, 0.2, 0.05, 0.6, 0.1, 0.2);

    private bool Matches(BlockPlan plan, out string? difference)
    {
        BlockSettings block = context.Block;
        difference =
            plan.Timing != context.Timing ? "timing"
            : plan.Pilots != context.Pilots ? "pilots"
            : plan.Sessions.Count != block.Sessions ? "sessions"
            : plan.SlotsPerSession != block.SlotsPerSession ? "slotsPerSession"
            : plan.GuardSlots != block.GuardSlots ? "guardSlots"
            : plan.AcceptPsiPlus != block.AcceptPsiPlus ? "acceptPsiPlus"
            : plan.Security != block.Security ? "security"
            : plan.EfficiencyCapMilli != block.EfficiencyCapMilli ? "efficiencyCapMilli"
            : plan.QberCapMicro != block.QberCapMicro ? "qberCapMicro"
            : null;
        difference = difference is null ? null : $"{difference} differs from this node's configuration";
        return difference is null;
    }

    private SessionId? UsedSession(BlockPlan plan)
    {
        foreach (SessionId session in plan.Sessions)
        {
            if (context.Store.IsKnown(session))
            {
                return session;
            }
        }

        return null;
    }

    private UInt128 Draw()
    {
        Span<byte> bytes = stackalloc byte[16];
        context.Randomness.Fill(bytes);
        return BlockId.Read(bytes).Value;
    }
}
