namespace MdiQkd.KeyRate;

/// <summary>
/// What one key's failure probability is made of: ε_total = ε_sec + ε_cor with ε_sec = 2 (ε′ + 2 ε_e + ε̂) + ε_b + ε_0 + ε_1 + ε_PA, Curty et
/// al., Nat. Commun. 5, 3732 (2014). Everything adds up over keys: see <see cref="After"/>.
/// </summary>
/// <remarks>
/// ε_e, failure of the phase-error bound, and ε_1, failure of the bound on single-photon pairs, are union bounds over every Chernoff
/// bound that they rest on; most are the same ones in both, which is not made use of. ε_0 is 0 because the vacuum term n0 is not
/// used (PROTOCOL 3.2).
/// </remarks>
/// <param name="Parts">All contributions, correctness last.</param>
public sealed record ComposableSecurity(IReadOnlyList<EpsilonPart> Parts)
{
    /// <summary>
    /// Chernoff bounds behind n11: three in L, two in U, both ends of M, three each in the lower and the upper end of H, and n11 itself.
    /// </summary>
    internal const int BoundsOfSinglePairs = YieldBounds.ChernoffUses + 1;

    private const string CorrectnessName = "correctness: verification tag";

    /// <summary>Failure probability of secrecy.</summary>
    public double Secrecy => Parts.Where(part => part.Name != CorrectnessName).Sum(part => part.Total);

    /// <summary>Probability that the two keys differ unnoticed.</summary>
    public double Correctness => Parts.Where(part => part.Name == CorrectnessName).Sum(part => part.Total);

    /// <summary>Sum of all parts.</summary>
    public double Total => Parts.Sum(part => part.Total);

    /// <summary>Budget of a key from the four- or three-intensity estimation, any <see cref="EstimationMethod"/>.</summary>
    /// <exception cref="KeyRateInputException">A failure probability is out of range.</exception>
    public static ComposableSecurity Of(SecurityParameters security) => Of(security, BoundsOfSinglePairs);

    /// <summary>Failure probability of a user who has used so many keys: composable security adds up, 1 at most.</summary>
    public double After(double keys) => Math.Min(1, keys * Total);

    internal static ComposableSecurity Of(SecurityParameters security, int boundsOfSinglePairs)
    {
        ArgumentNullException.ThrowIfNull(security);
        security.Validate();
        double each = security.Epsilon;
        return new(
        [
            new("smoothing ε′", each, 1, 2),
            new("phase-error rate ε_e: Chernoff bounds", each, boundsOfSinglePairs + 1, 4),
            new("smoothing ε̂", each, 1, 2),
            new("chain rule ε_b", each, 1, 1),
            new("single-photon pairs ε_1: Chernoff bounds", each, boundsOfSinglePairs, 1),
            new("privacy amplification ε_PA", each, 1, 1),
            new(CorrectnessName, security.EpsilonCorrectness, 1, 1),
        ]);
    }
}
