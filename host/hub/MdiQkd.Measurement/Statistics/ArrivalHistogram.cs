using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Statistics;

/// <summary>Tags of one channel by their time modulo a clock period.</summary>
public sealed class ArrivalHistogram
{
    /// <summary>Bins at most.</summary>
    public const int BinsMax = 1 << 16;

    private readonly long[] counts;
    private readonly Reciprocal period;

    /// <summary>Makes an empty histogram.</summary>
    /// <param name="channel">Channel that is counted.</param>
    /// <param name="periodPs">Clock period, 2 ps to 1 s.</param>
    /// <param name="bins">Bins over the period, 1 to <see cref="BinsMax"/> and at most one per ps.</param>
    public ArrivalHistogram(byte channel, long periodPs, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodPs, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(periodPs, 1_000_000_000_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, Math.Min(periodPs, BinsMax));
        Channel = channel;
        PeriodPs = periodPs;
        period = new Reciprocal(periodPs);
        counts = new long[bins];
    }

    /// <summary>Channel that is counted.</summary>
    public byte Channel { get; }

    /// <summary>Clock period.</summary>
    public long PeriodPs { get; }

    /// <summary>Tags by time modulo period; bin i holds [i · period/bins, (i + 1) · period/bins).</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Tags counted.</summary>
    public long Total { get; private set; }

    /// <summary>Adds the tags of the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (int i = 0; i < block.Count; i++)
        {
            if (block.Channels[i] == Channel)
            {
                period.Divide(block.TimesPs[i], out long phasePs);
                counts[phasePs * counts.Length / PeriodPs]++;
                Total++;
            }
        }
    }
}
