namespace MdiQkd.KeyRate;

/// <summary>Expected leak of reconciliation, for planning; a finished block counts its own (PROTOCOL 5.2).</summary>
public static class ReconciliationLeak
{
    /// <summary>f n h(E): bits disclosed for n sifted events with error rate E at efficiency f.</summary>
    /// <param name="sifted">Sifted events, 0 or more.</param>
    /// <param name="errors">Errors among them.</param>
    /// <param name="efficiency">
    /// f, 1 (Shannon limit) to 10, failed frames included; null = <see cref="MeasuredEfficiency.OfBlock"/> of these events.
    /// </param>
    public static double Expected(double sifted, double errors, double? efficiency = null)
    {
        KeyRateInputException.RequireRange(sifted, 0, double.MaxValue);
        KeyRateInputException.RequireRange(errors, 0, sifted);
        if (sifted <= 0)
        {
            return 0;
        }

        // Rounding in the channel model can put a rate of one half a little above it.
        double qber = errors / sifted;
        double f = efficiency ?? MeasuredEfficiency.OfBlock(Math.Min(0.5, qber), sifted);
        KeyRateInputException.RequireRange(f, 1, 10, nameof(efficiency));
        return f * sifted * Elementary.BinaryEntropy(qber);
    }
}
