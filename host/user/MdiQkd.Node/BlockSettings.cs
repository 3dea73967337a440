using MdiQkd.Protocol;

namespace MdiQkd.Node;

/// <summary>Shape of the blocks that this node proposes and accepts. Both nodes of a pair need the same.</summary>
/// <param name="Sessions">Sessions per block, 1 to <see cref="BlockPlan.SessionsMax"/>.</param>
/// <param name="SlotsPerSession">Slots of each session.</param>
/// <param name="GuardSlots">Slots between emission and the earliest acceptable announcement (flight and processing time).</param>
/// <param name="AcceptPsiPlus">Whether |ψ⁺⟩ announcements count.</param>
/// <param name="Security">Failure probabilities.</param>
/// <param name="EfficiencyCapMilli">Largest acceptable reconciliation efficiency f, in thousandths.</param>
/// <param name="QberCapMicro">Largest acceptable Z-basis QBER, in millionths.</param>
public sealed record BlockSettings(
    int Sessions,
    long SlotsPerSession,
    int GuardSlots,
    bool AcceptPsiPlus,
    EpsilonBudget Security,
    int EfficiencyCapMilli = 1500,
    int QberCapMicro = 50_000)
{
    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Sessions is < 1 or > BlockPlan.SessionsMax ? $"sessions = {Sessions} is outside 1..{BlockPlan.SessionsMax}"
        : SlotsPerSession <= GuardSlots || SlotsPerSession > BlockPlan.SlotsPerSessionMax
            ? $"slotsPerSession = {SlotsPerSession} is outside guardSlots+1..{BlockPlan.SlotsPerSessionMax}"
        : GuardSlots < 0 ? $"guardSlots = {GuardSlots} is negative"
        : EfficiencyCapMilli is < 1000 or > 10_000 ? $"efficiencyCapMilli = {EfficiencyCapMilli} is outside 1000..10000"
        : QberCapMicro is < 1 or > 110_000 ? $"qberCapMicro = {QberCapMicro} is outside 1..110000"
        : Security.Fault();
}
