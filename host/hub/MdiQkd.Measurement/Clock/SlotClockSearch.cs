using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Clock;

/// <summary>
/// Searches the slot clock in tags of which neither period nor phase is known: the periodogram |Σ exp(2πi·h·t·(1+ε)/P)|² over offsets ε
/// of few tags first, since the offsets to be tried grow with the time that the tags span; then around its maximum with twice
/// as many tags at a time.
/// </summary>
internal static class SlotClockSearch
{
    /// <summary>Tags of the first pass; half of them in time with the clock stand out from 100,000 offsets.</summary>
    public const int TagsMin = 256;

    private const int OffsetsMax = 1 << 17;

    // n|z|² that tags without a period exceed with a probability of e^−25 per offset tried.
    private const double SignificanceMin = 25;

    private static readonly (float Cos, float Sin)[] Circle =
        [.. Enumerable.Range(0, 256).Select(i => (MathF.Cos(MathF.Tau * (i + 0.5f) / 256), MathF.Sin(MathF.Tau * (i + 0.5f) / 256)))];

    /// <summary>Finds the rate 1 + ε at which slot time runs against the times of the tags.</summary>
    /// <param name="timesPs">Ascending times, at least <see cref="TagsMin"/>.</param>
    /// <param name="timing">Slot raster.</param>
    /// <param name="harmonic">Harmonic of the slot clock.</param>
    /// <param name="rangePpm">Offsets up to this are tried.</param>
    /// <param name="epsilon">The offset.</param>
    /// <returns>False if no offset stands out.</returns>
    public static bool TryFind(ReadOnlySpan<long> timesPs, SlotTiming timing, int harmonic, int rangePpm, out double epsilon)
    {
        double turnsPerPs = (double)harmonic / timing.SlotPeriodPs;
        double range = rangePpm * 1e-6;
        int count = TagsMin;
        epsilon = 0;

        // Offsets a quarter of a turn apart over the span of the tags: the maximum is at most an eighth off.
        double step = Step(timesPs[..count], turnsPerPs);
        double significance = 0;
        int side = (int)Math.Min(Math.Ceiling(range / step), OffsetsMax);
        if (side == OffsetsMax)
        {
            return false;
        }

        epsilon = Best(timesPs[..count], turnsPerPs, 0, step, side, ref significance);
        if (significance < SignificanceMin)
        {
            return false;
        }

        while (count < timesPs.Length)
        {
            count = Math.Min(2 * count, timesPs.Length);
            double finer = Step(timesPs[..count], turnsPerPs);
            side = (int)Math.Min(Math.Ceiling(step / finer) + 1, OffsetsMax);
            significance = 0;
            epsilon = Best(timesPs[..count], turnsPerPs, epsilon, finer, side, ref significance);
            step = finer;
        }

        // Once more in steps of a thirty-second of a turn.
        epsilon = Best(timesPs, turnsPerPs, epsilon, step / 8, 8, ref significance);
        return significance >= SignificanceMin && Math.Abs(epsilon) <= range;
    }

    private static double Step(ReadOnlySpan<long> timesPs, double turnsPerPs) =>
        1 / (4 * turnsPerPs * Math.Max(1, timesPs[^1] - timesPs[0]));

    private static double Best(
        ReadOnlySpan<long> timesPs, double turnsPerPs, double around, double step, int side, ref double significance)
    {
        double best = around;
        for (int i = -side; i <= side; i++)
        {
            double epsilon = around + (i * step);
            double rate = turnsPerPs * (1 + epsilon);
            float re = 0;
            float im = 0;
            foreach (long timePs in timesPs)
            {
                double turns = (timePs - timesPs[0]) * rate;
                (float cos, float sin) = Circle[(int)((turns - Math.Floor(turns)) * 256) & 255];
                re += cos;
                im += sin;
            }

            double power = ((re * (double)re) + (im * (double)im)) / timesPs.Length;
            if (power > significance)
            {
                (significance, best) = (power, epsilon);
            }
        }

        return best;
    }
}
