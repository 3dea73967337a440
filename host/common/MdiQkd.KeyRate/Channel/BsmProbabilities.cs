namespace MdiQkd.KeyRate.Channel;

/// <summary>Probabilities of the Bell-state outcomes of one slot: exactly two clicks, the two other windows empty.</summary>
/// <param name="CEarlyDLate">|ψ⁻⟩ with the early click in detector c.</param>
/// <param name="DEarlyCLate">|ψ⁻⟩ with the early click in detector d.</param>
/// <param name="CEarlyCLate">|ψ⁺⟩ in detector c.</param>
/// <param name="DEarlyDLate">|ψ⁺⟩ in detector d.</param>
public readonly record struct BsmProbabilities(
    double CEarlyDLate, double DEarlyCLate, double CEarlyCLate, double DEarlyDLate)
{
    /// <summary>Probability of |ψ⁻⟩.</summary>
    public double PsiMinus => CEarlyDLate + DEarlyCLate;

    /// <summary>Probability of |ψ⁺⟩.</summary>
    public double PsiPlus => CEarlyCLate + DEarlyDLate;
}
