namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// Tables of the coarse pass. Log-likelihood ratios are int8 in steps of 1/7. The loss of an edge of magnitude x is
/// -ln tanh(x/2); a check's losses add up in a byte, in steps that get finer from level to level as decoding goes on: at the start
/// a check loses 1 to 2 in all, towards the end a few hundredths.
/// </summary>
/// <remarks>
/// Steps of 1/6 or 1/8 lose frames near the threshold: the weakest message then rounds to one step, or the posterior has too
/// little room above the channel's value.
/// </remarks>
internal static class LossTables
{
    /// <summary>Steps per unit of natural log-likelihood ratio.</summary>
    public const int StepsPerUnit = 7;

    /// <summary>Largest message, 8.6 units.</summary>
    public const int LargestMessage = 60;

    /// <summary>Largest posterior: less a message of the other sign it is at most 126, as <see cref="IByteLaneOperations{TVector}.NeverZero"/> needs.</summary>
    public const int PosteriorMax = 126 - LargestMessage;

    /// <summary>Largest magnitude that the least of a check can have.</summary>
    public const int MagnitudeMax = 127;

    /// <summary>Magnitudes above, 9 units, lose as much as this one; 16 bins of four steps.</summary>
    public const int BinnedMax = 63;

    /// <summary>Offset in a level's bytes of the messages of losses 0 to 15.</summary>
    public const int FineMessage = 0;

    /// <summary>Offset of the messages of losses 16 to 79, in steps of four.</summary>
    public const int MiddleMessage = 16;

    /// <summary>Offset of the messages of losses from 80, in steps of 16 from 0; a full byte may stand for any loss.</summary>
    public const int CoarseMessage = 32;

    /// <summary>Offset of ln(1 + e^-x) for x in steps of two.</summary>
    public const int Correction = 48;

    /// <summary>Offset of the loss of each bin of magnitudes for every second edge.</summary>
    public const int FirstLoss = 64;

    /// <summary>Offset of the same for the edges between: both together have half a step's resolution.</summary>
    public const int SecondLoss = 80;

    /// <summary>Offset of <see cref="BinnedMax"/>: what a loop shall keep in a register comes from memory.</summary>
    public const int BinnedLimit = 96;

    /// <summary>Offset of <see cref="PosteriorMax"/>.</summary>
    public const int Highest = 97;

    /// <summary>Offset of -<see cref="PosteriorMax"/>.</summary>
    public const int Lowest = 98;

    /// <summary>Bytes of a level.</summary>
    public const int LevelSize = 112;

    /// <summary>Number of levels; steps per unit of loss grow by a quarter of an octave each.</summary>
    public const int Levels = 9;

    private const double CoarsestSteps = 96;

    /// <summary>All levels, coarsest first.</summary>
    public static readonly byte[] Bytes = Make();

    /// <summary>Share of contradicted checks below which each level holds: 2.5 times the mean loss, and 0.6, fit the byte.</summary>
    private static readonly double[] ContradictedMax = [.. Enumerable.Range(0, Levels).Select(level =>
        (1 - Math.Exp(-((byte.MaxValue / StepsAt(level)) - 0.6) / 2.5)) / 2)];

    /// <summary>The level for a share of contradicted checks, at least <paramref name="level"/>.</summary>
    public static int Next(int level, double contradicted)
    {
        while (level + 1 < Levels && contradicted <= ContradictedMax[level + 1])
        {
            level++;
        }

        return level;
    }

    private static double StepsAt(int level) => CoarsestSteps * Math.Pow(2, level / 4.0);

    private static byte[] Make()
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Levels * LevelSize, pinned: true);
        for (int level = 0; level < Levels; level++)
        {
            Fill(bytes.AsSpan(level * LevelSize, LevelSize), StepsAt(level));
        }

        return bytes;
    }

    private static void Fill(Span<byte> level, double steps)
    {
        for (int index = 0; index < 16; index++)
        {
            level[FineMessage + index] = Message(index == 0 ? 0.35 : index, steps);
            level[MiddleMessage + index] = Message(16 + (4 * index) + 1.5, steps);
            level[CoarseMessage + index] = index == 15 ? (byte)0 : Message(Math.Max(80, (16 * index) + 7.5), steps);
            level[Correction + index] =
                (byte)Math.Round(Math.Log(1 + Math.Exp(-((2 * index) + 0.5) / StepsPerUnit)) * StepsPerUnit);
            double loss = index == 15
                ? Loss(68) / 2
                : (Loss(4 * index) + Loss((4 * index) + 1) + Loss((4 * index) + 2) + Loss((4 * index) + 3)) / 4;
            double first = Math.Floor((loss * steps) + 0.25);
            level[FirstLoss + index] = (byte)Math.Min(byte.MaxValue, first);
            level[SecondLoss + index] = (byte)Math.Min(byte.MaxValue, Math.Floor((2 * loss * steps) + 0.5) - first);
        }

        level[BinnedLimit] = BinnedMax;
        level[Highest] = PosteriorMax;
        level[Lowest] = unchecked((byte)-PosteriorMax);
    }

    /// <summary>2 atanh(e^-loss).</summary>
    private static byte Message(double loss, double steps)
    {
        double t = Math.Exp(-loss / steps);
        return (byte)Math.Min(LargestMessage, Math.Round(Math.Log((1 + t) / (1 - t)) * StepsPerUnit));
    }

    private static double Loss(int magnitude) => -Math.Log(Math.Tanh(Math.Max(magnitude, 0.25) / StepsPerUnit / 2));
}
