namespace MdiQkd.KeyRate;

/// <summary>Expected leak of reconciliation, for planning; a finished block counts its own (PROTOCOL 5.2).</summary>
public static class ReconciliationLeak
{
    /// <summary>f n h(E): bits disclosed for n sifted events with error rate E at efficiency f.</summary>
    /// <param name="sifted">Sifted events, 0 or more.</param>
    /// <param name="errors">Errors among them.</param>
    /// <param name="efficiency">f, 1 (Shannon limit) to 10, failed frames included.</param>
    public static double Expected(double sifted, double errors, double efficiency)
    {
        KeyRateInputException.RequireRange(sifted, 0, double.MaxValue);
        KeyRateInputException.RequireRange(errors, 0, sifted);
        KeyRateInputException.RequireRange(efficiency, 1, 10);
        return sifted > 0 ? efficiency * sifted * Elementary.BinaryEntropy(errors / sifted) : 0;
    }
}
