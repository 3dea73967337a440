namespace MdiQkd.Protocol;

/// <summary>
/// Failure probabilities that a block is distilled with (physics: Curty et al., Nat. Commun. 5, 3732 (2014), and the constant of
/// the double-scanning analysis, Jiang et al., PRA 103, 012402 (2021)).
/// </summary>
/// <param name="Epsilon">Of each concentration bound, of the smoothing terms and of privacy amplification.</param>
/// <param name="EpsilonCorrectness">That the two keys differ although verification passed; above 2^-64, as the tag has 64 bits at most.</param>
public sealed record EpsilonBudget(double Epsilon, double EpsilonCorrectness)
{
    /// <summary>1e-10 each, correctness 1e-15.</summary>
    public static EpsilonBudget Default { get; } = new(1e-10, 1e-15);

    /// <summary>What is wrong with the budget, or null.</summary>
    public string? Fault() =>
        !(Epsilon is > 1e-40 and < 0.1) ? $"epsilon = {Epsilon} is outside 1e-40..0.1"
        : !(EpsilonCorrectness is > 1e-19 and < 0.1) ? $"epsilonCorrectness = {EpsilonCorrectness} is outside 1e-19..0.1"
        : null;
}
