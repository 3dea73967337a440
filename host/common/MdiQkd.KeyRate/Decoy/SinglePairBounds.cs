namespace MdiQkd.KeyRate.Decoy;

/// <summary>What is shown, or known, about pairs in which both users sent exactly one photon.</summary>
/// <param name="Yield">s11 or Y11: probability of an announced event; a lower bound if it is shown by decoy states.</param>
/// <param name="ErrorRate">e11: X-basis error rate of those events; an upper bound if shown by decoy states; 0.5 if nothing is.</param>
public readonly record struct SinglePairBounds(double Yield, double ErrorRate)
{
    /// <summary>Nothing can be shown.</summary>
    public static SinglePairBounds None { get; } = new(0, 0.5);
}
