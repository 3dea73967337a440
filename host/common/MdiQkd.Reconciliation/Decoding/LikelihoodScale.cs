namespace MdiQkd.Reconciliation.Decoding;

/// <summary>Fixed-point log-likelihood ratios: int16 in steps of 1/64; positive says "no error".</summary>
internal static class LikelihoodScale
{
    /// <summary>Steps per unit of natural log-likelihood ratio. Steps of 1/4 (int8) would round weak messages to zero.</summary>
    public const int StepsPerUnit = 64;

    /// <summary>
    /// A public zero. Checks contribute at most 36 · <see cref="LargestMessage"/> = 27 648 against it, so it stays positive.
    /// </summary>
    public const short Certain = 30_000;

    /// <summary>Largest message of a check: ln((2 - u)/u) at u = 2^-16, 11.8 units, and a little.</summary>
    public const short LargestMessage = 768;

    /// <summary>Message 2 atanh(T) for the product T of a check, indexed by T in Q15.</summary>
    public static readonly short[] FromProduct = MakeTable();

    /// <summary>ln((1 - p)/p) in steps, at least 1.</summary>
    public static short Channel(double qber)
    {
        double p = Math.Clamp(qber, 1e-5, 0.49);
        return (short)Math.Max(1, Math.Round(Math.Log((1 - p) / p) * StepsPerUnit));
    }

    private static short[] MakeTable()
    {
        short[] table = new short[1 << 15];
        for (int index = 0; index < table.Length; index++)
        {
            // The products end at 32767/32768, which stands for certainty: half a step is left.
            double product = Math.Min(index + 1, table.Length - 0.5) / table.Length;
            double steps = Math.Log((1 + product) / (1 - product)) * StepsPerUnit;
            table[index] = index == 0 ? (short)0 : (short)Math.Min(LargestMessage, Math.Round(steps));
        }

        return table;
    }
}
