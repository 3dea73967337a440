using System.Numerics;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// How a product is cut: transforms of 2^LogPoints points with 32 bits each, over chunks of ChunkBits columns. A chunk of c columns and ℓ rows needs
/// c + ℓ bits of transform (each rounded up to 32), so the rows are never cut, and two transforms; one more leads back for all. Where a full
/// chunk leaves few columns, the tail, they take transforms of half the size. For one thread and ℓ ≤ n/2 the arrays take at most 8 bytes per
/// byte of input.
/// </summary>
/// <param name="LogPoints">Base-2 logarithm of the points.</param>
/// <param name="ChunkBits">Columns of a chunk, a multiple of 64; the last one may have fewer.</param>
/// <param name="Chunks">Chunks.</param>
/// <param name="OutputBits">Rows.</param>
/// <param name="TailBits">Columns after the only chunk, 0 if there are none.</param>
internal readonly record struct ToeplitzPlan(int LogPoints, int ChunkBits, int Chunks, int OutputBits, int TailBits = 0)
{
    /// <summary>Bits packed in one coefficient: products of two then have 63 and fit the field.</summary>
    public const int BitsPerPoint = 32;

    /// <summary>Logarithm of the coefficients that a chunk of columns fills.</summary>
    public int LogInputCoefficients => LogCoefficients(ChunkBits);

    /// <summary>Logarithm of the coefficients that the rows fill.</summary>
    public int LogOutputCoefficients => LogCoefficients(OutputBits);

    /// <summary>Plan of the tail.</summary>
    public ToeplitzPlan ForTail() => new(LogPoints - 1, TailBits, 1, OutputBits);

    /// <summary>
    /// Words of scratch memory per thread: the sum, the values of x, and from a thread's second chunk on those of the seed. The tail fits
    /// in what the chunk before it leaves.
    /// </summary>
    public long WordsPerThread(int threads) => (Chunks > threads ? 3L : 2L) << LogPoints;

    /// <summary>The plan with the fewest butterflies on the busiest of <paramref name="threads"/> threads.</summary>
    public static ToeplitzPlan For(int inputBits, int outputBits, int threads)
    {
        ToeplitzPlan best = default;
        double bestCost = double.MaxValue;
        int outputWords = (outputBits + BitsPerPoint - 1) / BitsPerPoint;
        int first = Math.Max(NovelBasis.LogCountMin, BitOperations.Log2((uint)(outputWords + 1)) + 1);
        for (int log = first; log < CantorBasis.Count; log++)
        {
            // Columns in whole 64-bit words.
            int chunkWords = ((1 << log) - outputWords) & ~1;
            if (chunkWords < 2)
            {
                continue;
            }

            int chunks = (int)((inputBits + ((long)chunkWords * BitsPerPoint) - 1) / ((long)chunkWords * BitsPerPoint));
            int chunkBits = (int)((((inputBits + (long)chunks - 1) / chunks) + 63) & ~63L);
            int rounds = (chunks + threads - 1) / threads;
            double cost = ((2.0 * rounds) + 1) * TransformCost(log);
            if (cost < bestCost)
            {
                (best, bestCost) = (new(log, chunkBits, chunks, outputBits), cost);
            }

            int tailBits = inputBits - (chunkWords * BitsPerPoint);
            if (threads == 1 && chunks == 2 && log > NovelBasis.LogCountMin
                && ((tailBits + BitsPerPoint - 1) / BitsPerPoint) + outputWords <= 1 << (log - 1))
            {
                cost = 3 * (TransformCost(log) + TransformCost(log - 1));
                if (cost < bestCost)
                {
                    (best, bestCost) = (new(log, chunkWords * BitsPerPoint, 1, outputBits, tailBits), cost);
                }
            }
        }

        return best;
    }

    /// <summary>What a basis change and the copying cost, in layers of butterflies.</summary>
    private const int BasisChangeLayers = 12;

    private static double TransformCost(int log) => (log + BasisChangeLayers) * Math.ScaleB(1, log);

    private static int LogCoefficients(int bits)
    {
        uint coefficients = (uint)((bits + BitsPerPoint - 1) / BitsPerPoint);
        return Math.Max(NovelBasis.LogCountMin, BitOperations.Log2((2 * coefficients) - 1));
    }
}
