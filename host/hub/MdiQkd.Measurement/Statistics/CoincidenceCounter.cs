using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Statistics;

/// <summary>Pairs of tags not farther apart than a window, by channels, and how many chance would give.</summary>
public sealed class CoincidenceCounter
{
    private readonly RecentTags recent = new();
    private readonly long windowPs;
    private readonly long[] tags = new long[256];
    private readonly long[] pairs = new long[256 * 256];
    private long firstPs = -1;
    private long lastPs;

    /// <summary>Makes a counter.</summary>
    /// <param name="windowPs">Tags at most this far apart make a pair.</param>
    public CoincidenceCounter(long windowPs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(windowPs);
        this.windowPs = windowPs;
    }

    /// <summary>Whether tags came so densely that pairs were missed.</summary>
    public bool Saturated { get; private set; }

    /// <summary>Adds the tags of the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (int i = 0; i < block.Count; i++)
        {
            long timePs = block.TimesPs[i];
            byte channel = block.Channels[i];
            int age = 0;
            for (; age < recent.Count && timePs - recent.TimePs(age) <= windowPs; age++)
            {
                byte other = recent.Channel(age);
                pairs[(Math.Min(channel, other) << 8) | Math.Max(channel, other)]++;
            }

            Saturated |= age == RecentTags.Capacity;
            recent.Add(timePs, channel);
            tags[channel]++;
            firstPs = firstPs < 0 ? timePs : firstPs;
            lastPs = timePs;
        }
    }

    /// <summary>Pairs of two channels; of a channel with itself, if both are the same.</summary>
    public long Pairs(byte a, byte b) => pairs[(Math.Min(a, b) << 8) | Math.Max(a, b)];

    /// <summary>
    /// Pairs that independent tags would give: N_a · N_b · (2 · window + 1 ps) / T, half of it for a channel with itself.
    /// </summary>
    public double Accidentals(byte a, byte b) => lastPs <= firstPs ? 0
        : (double)tags[a] * tags[b] * ((2.0 * windowPs) + 1) / (lastPs - firstPs) * (a == b ? 0.5 : 1);
}
