namespace MdiQkd.Reconciliation;

/// <summary>The binary entropy h(p), in bits.</summary>
public static class BinaryEntropy
{
    /// <summary>h(p) = -p log2 p - (1-p) log2(1-p); 0 at 0 and 1.</summary>
    public static double Of(double probability) =>
        probability is <= 0 or >= 1
            ? 0
            : -(probability * Math.Log2(probability)) - ((1 - probability) * Math.Log2(1 - probability));
}
