namespace MdiQkd.KeyRate;

/// <summary>One named contribution to the failure probability of a key.</summary>
/// <param name="Name">What may fail.</param>
/// <param name="Epsilon">Failure probability of one use.</param>
/// <param name="Uses">How often it is used for one key.</param>
/// <param name="Weight">Factor with which it enters the sum.</param>
public sealed record EpsilonPart(string Name, double Epsilon, int Uses, double Weight)
{
    /// <summary>Weight × uses × ε.</summary>
    public double Total => Weight * Uses * Epsilon;
}
