namespace MdiQkd.Hub.Pair;

/// <summary>Running estimate of a pair's Z-basis error rate from decoded frames; public data only.</summary>
internal sealed class QberEstimate(double prior)
{
    /// <summary>
    /// Memory of the estimate, in bits: at 0.5 % four million bits hold 20,000 errors, 0.7 % relative error, less than the errors
    /// of one long frame fluctuate by, while a drift from block to block still shows.
    /// </summary>
    private const double MemoryBits = 4e6;

    private double bits;
    private double errors;

    /// <summary>Whether any frame was decoded.</summary>
    public bool IsMeasured => bits > 0;

    /// <summary>Bits that the estimate rests on.</summary>
    public long MeasuredBits => (long)bits;

    /// <summary>Error rate; a rule of succession keeps it away from zero.</summary>
    public double Value => IsMeasured ? (errors + 1) / (bits + 2) : prior;

    /// <summary>One relative standard deviation of the estimate.</summary>
    public double RelativeSigma => IsMeasured ? 1 / Math.Sqrt(errors + 1) : 0.5;

    /// <summary>Takes a decoded frame in.</summary>
    public void Add(long frameErrors, int frameBits)
    {
        double keep = Math.Min(1, MemoryBits / Math.Max(1, bits));
        bits = (bits * keep) + frameBits;
        errors = (errors * keep) + frameErrors;
    }
}
