namespace MdiQkd.KeyRate;

/// <summary>How a block is estimated.</summary>
/// <param name="Method">Combination of the decoy statistics.</param>
/// <param name="Chernoff">Form of the Chernoff bound.</param>
/// <param name="ScanPoints">Points of the scan, 3 to 100,001, ends included; the double scan then refines around the lowest point.</param>
public sealed record EstimationOptions(
    EstimationMethod Method = EstimationMethod.DoubleScan,
    ChernoffKind Chernoff = ChernoffKind.Tight,
    int ScanPoints = 201)
{
    /// <summary>Double scan with tight bounds.</summary>
    public static EstimationOptions Default { get; } = new();
}
