using System.Numerics;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Statistics;

/// <summary>
/// Times between successive tags of one channel, eight bins per octave: dead time, afterpulses and gaps show at a glance. A Poisson
/// source falls exponentially at its mean interval.
/// </summary>
public sealed class IntervalHistogram
{
    private const int StepBits = 3;

    /// <summary>Bins: eight per octave up to 2^62 ps.</summary>
    public const int Bins = (64 - StepBits) << StepBits;

    private readonly byte channel;
    private readonly long[] counts = new long[Bins];
    private long lastPs = -1;

    /// <summary>Makes an empty histogram of one channel.</summary>
    public IntervalHistogram(byte channel) => this.channel = channel;

    /// <summary>Intervals; bin i holds [<see cref="LowerPs"/>(i), <see cref="LowerPs"/>(i + 1)).</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Shortest interval of a bin.</summary>
    public static long LowerPs(int bin) => bin < 2 << StepBits
        ? bin
        : (long)((1 << StepBits) | (bin & ((1 << StepBits) - 1))) << ((bin >> StepBits) - 1);

    /// <summary>Adds the tags of the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (int i = 0; i < block.Count; i++)
        {
            if (block.Channels[i] == channel)
            {
                long timePs = block.TimesPs[i];
                if (lastPs >= 0)
                {
                    counts[Bin(timePs - lastPs)]++;
                }

                lastPs = timePs;
            }
        }
    }

    private static int Bin(long intervalPs)
    {
        int log = BitOperations.Log2((ulong)intervalPs | 1);
        return log <= StepBits
            ? (int)intervalPs
            : ((log - StepBits + 1) << StepBits) | (int)((intervalPs >> (log - StepBits)) & ((1 << StepBits) - 1));
    }
}
