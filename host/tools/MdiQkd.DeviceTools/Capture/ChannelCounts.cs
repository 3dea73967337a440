using MdiQkd.Acquisition;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>Tags by channel, and rates between two looks. One thread counts, another one looks.</summary>
/// <param name="time">Clock for the rates.</param>
internal sealed class ChannelCounts(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly long[] counts = new long[256];
    private readonly long[] looked = new long[256];
    private long lookedAt = time.GetTimestamp();

    /// <summary>All tags.</summary>
    internal long Tags { get; private set; }

    /// <summary>Tags known to be missing.</summary>
    internal long LostTags { get; private set; }

    /// <summary>Counts a block.</summary>
    internal void Add(TimeTagBlock block)
    {
        lock (gate)
        {
            foreach (byte channel in block.Channels.AsSpan(0, block.Count))
            {
                counts[channel]++;
            }

            Tags += block.Count;
            LostTags += block.LostTags;
        }
    }

    /// <summary>Tags of each channel that has any.</summary>
    internal SortedDictionary<int, long> ByChannel()
    {
        lock (gate)
        {
            return new SortedDictionary<int, long>(
                Enumerable.Range(0, counts.Length).Where(c => counts[c] > 0).ToDictionary(c => c, c => counts[c]));
        }
    }

    /// <summary>Rates since the look before, tags per second, of each channel that has ever had a tag.</summary>
    internal SortedDictionary<int, double> RatesHz()
    {
        lock (gate)
        {
            double seconds = Math.Max(1e-9, time.GetElapsedTime(lookedAt).TotalSeconds);
            SortedDictionary<int, double> rates = [];
            for (int channel = 0; channel < counts.Length; channel++)
            {
                if (counts[channel] > 0)
                {
                    rates[channel] = (counts[channel] - looked[channel]) / seconds;
                }
            }

            counts.CopyTo(looked.AsSpan());
            lookedAt = time.GetTimestamp();
            return rates;
        }
    }
}
