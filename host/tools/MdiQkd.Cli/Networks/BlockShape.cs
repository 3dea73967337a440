using MdiQkd.Node;
using MdiQkd.Protocol;

namespace MdiQkd.Cli.Networks;

/// <summary>Shape of every block.</summary>
/// <param name="Sessions">Sessions (connections between two switch moves) per block.</param>
/// <param name="SlotsPerSession">Slots of each session.</param>
/// <param name="GuardSlots">Slots between emission and the earliest acceptable announcement.</param>
/// <param name="AcceptPsiPlus">Whether |ψ⁺⟩ counts beside |ψ⁻⟩.</param>
/// <param name="EfficiencyCap">Largest acceptable reconciliation efficiency f.</param>
/// <param name="QberCap">Largest acceptable Z-basis QBER.</param>
internal sealed record BlockShape(
    int Sessions, long SlotsPerSession, int GuardSlots, bool AcceptPsiPlus, double EfficiencyCap, double QberCap)
{
    /// <summary>The settings that nodes are configured with.</summary>
    internal BlockSettings ToSettings(EpsilonBudget security) => new(
        Sessions,
        SlotsPerSession,
        GuardSlots,
        AcceptPsiPlus,
        security,
        (int)Math.Round(EfficiencyCap * 1e3),
        (int)Math.Round(QberCap * 1e6));

    internal NetworkFault? Fault(string path) =>
        NetworkFault.Outside($"{path}.efficiencyCap", EfficiencyCap, 1, 10)
        ?? NetworkFault.Outside($"{path}.qberCap", QberCap, 1e-6, 0.11)
        ?? NetworkFault.Below(path, ToSettings(EpsilonBudget.Default).Fault());
}
