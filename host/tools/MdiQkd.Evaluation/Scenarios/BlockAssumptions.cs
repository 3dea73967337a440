using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>What a block is and how its key length is computed.</summary>
/// <param name="Seconds">Time of light of one block, switch moves not counted; 1e-3 to 1e9.</param>
/// <param name="AcceptPsiPlus">Whether |ψ⁺⟩ counts beside |ψ⁻⟩.</param>
/// <param name="ReconciliationEfficiency">
/// f of the leak f n h(E), failed frames included, 1 to 10; null = what the project's codes reach at QBER and size of the block
/// (<see cref="MeasuredEfficiency"/>).
/// </param>
/// <param name="Method">Combination of the decoy statistics: doubleScan, singleScan or plain.</param>
/// <param name="Chernoff">Form of the Chernoff bound: tight or simple.</param>
/// <param name="Epsilon">Failure probability of each bound and of each term of the composition.</param>
/// <param name="EpsilonCorrectness">Probability that two keys differ unnoticed.</param>
public sealed record BlockAssumptions(
    double Seconds = 600,
    bool AcceptPsiPlus = false,
    double? ReconciliationEfficiency = null,
    EstimationMethod Method = EstimationMethod.DoubleScan,
    ChernoffKind Chernoff = ChernoffKind.Tight,
    double Epsilon = 1e-10,
    double EpsilonCorrectness = 1e-15)
{
    /// <summary>Failure probabilities as the key-rate library takes them.</summary>
    internal SecurityParameters Security => new(Epsilon, EpsilonCorrectness);
}
