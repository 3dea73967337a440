namespace MdiQkd.KeyRate;

/// <summary>Failure probabilities of one key.</summary>
/// <param name="Epsilon">Of each use of a statistical bound, and each of ε′, ε̂ and ε_PA of the composition; more than 0, less than 0.5.</param>
/// <param name="EpsilonCorrectness">Probability that the users' keys differ unnoticed; more than 0, less than 0.5.</param>
public sealed record SecurityParameters(double Epsilon = 1e-10, double EpsilonCorrectness = 1e-15)
{
    /// <summary>
    /// C = log2(8/ε_cor) + 2 log2(2/(ε′ ε̂)) + 2 log2(1/(2 ε_PA)) in bits: what composable security takes off every key, verification
    /// tag included. Curty et al., Nat. Commun. 5, 3732 (2014), with ε′ = ε̂ = ε_PA = ε.
    /// </summary>
    public double ConstantBits =>
        Math.Log2(8 / EpsilonCorrectness)
        + (2 * Math.Log2(2 / (Epsilon * Epsilon)))
        + (2 * Math.Log2(1 / (2 * Epsilon)));

    /// <summary>Throws <see cref="KeyRateInputException"/> for the first field out of range.</summary>
    public void Validate()
    {
        KeyRateInputException.RequireInside(Epsilon, 0, 0.5, "eps");
        KeyRateInputException.RequireInside(EpsilonCorrectness, 0, 0.5, "eps_cor");
    }
}
