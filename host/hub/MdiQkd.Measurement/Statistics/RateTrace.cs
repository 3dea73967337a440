using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Statistics;

/// <summary>
/// Tags per channel in equal intervals from the first tag on. Intervals start at 1 ms and double, pairs of them merged, whenever
/// there would be more than <see cref="IntervalsMax"/>: bounded memory for recordings of any length.
/// </summary>
public sealed class RateTrace
{
    /// <summary>Intervals at most.</summary>
    public const int IntervalsMax = 1024;

    private readonly long[]?[] counts = new long[]?[256];
    private long firstPs = -1;
    private long lastPs;

    /// <summary>Length of an interval.</summary>
    public long IntervalPs { get; private set; } = 1_000_000_000;

    /// <summary>Intervals up to the last tag, which is in the last of them.</summary>
    public int Intervals => firstPs < 0 ? 0 : (int)((lastPs - firstPs) / IntervalPs) + 1;

    /// <summary>Channels with tags, ascending.</summary>
    public IReadOnlyList<byte> Channels =>
        [.. Enumerable.Range(0, counts.Length).Where(channel => counts[channel] is not null).Select(channel => (byte)channel)];

    /// <summary>Tags of a channel per interval; [<see cref="Intervals"/>].</summary>
    public ReadOnlySpan<long> Counts(byte channel) => counts[channel] is { } own ? own.AsSpan(0, Intervals) : default;

    /// <summary>Adds the tags of the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        int i = 0;
        while (i < block.Count)
        {
            firstPs = firstPs < 0 ? block.TimesPs[0] : firstPs;
            lastPs = block.TimesPs[i];
            while ((lastPs - firstPs) / IntervalPs >= IntervalsMax)
            {
                Coarsen();
            }

            long interval = (lastPs - firstPs) / IntervalPs;
            long endPs = firstPs + ((interval + 1) * IntervalPs);
            for (; i < block.Count && block.TimesPs[i] < endPs; i++)
            {
                (counts[block.Channels[i]] ??= new long[IntervalsMax])[interval]++;
            }

            lastPs = block.TimesPs[i - 1];
        }
    }

    private void Coarsen()
    {
        foreach (long[]? own in counts)
        {
            if (own is null)
            {
                continue;
            }

            for (int i = 0; i < IntervalsMax / 2; i++)
            {
                own[i] = own[2 * i] + own[(2 * i) + 1];
            }

            own.AsSpan(IntervalsMax / 2).Clear();
        }

        IntervalPs *= 2;
    }
}
