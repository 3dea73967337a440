using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Statistics;

/// <summary>
/// Second-order correlation g(τ) of two channels: pairs of tags by their distance τ = t_b − t_a, over the number that independent
/// tags of the same rates would give. The same channel twice gives its auto-correlation, without each tag's pair with itself.
/// </summary>
public sealed class CorrelationHistogram
{
    /// <summary>Bins at most.</summary>
    public const int BinsMax = 1 << 16;

    private readonly RecentTags recent = new();
    private readonly byte channelA;
    private readonly byte channelB;
    private readonly long reachPs;
    private readonly long[] counts;
    private long tagsA;
    private long tagsB;
    private long firstPs = -1;
    private long lastPs;

    /// <summary>Makes an empty histogram.</summary>
    /// <param name="channelA">Channel of t_a.</param>
    /// <param name="channelB">Channel of t_b.</param>
    /// <param name="tauMaxPs">Distances from −this to this; rounded up to whole bins.</param>
    /// <param name="binPs">Width of a bin; one bin has its centre at 0.</param>
    public CorrelationHistogram(byte channelA, byte channelB, long tauMaxPs, long binPs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binPs);
        ArgumentOutOfRangeException.ThrowIfLessThan(tauMaxPs, binPs);
        long side = (tauMaxPs + binPs - 1) / binPs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, BinsMax / 2, nameof(tauMaxPs));
        this.channelA = channelA;
        this.channelB = channelB;
        BinPs = binPs;
        counts = new long[(2 * side) + 1];
        reachPs = (side * binPs) + ((binPs - 1) / 2);
    }

    /// <summary>Width of a bin.</summary>
    public long BinPs { get; }

    /// <summary>Pairs by distance; the middle bin has its centre at 0; [2 · ceil(tauMax / bin) + 1].</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Whether tags came so densely that pairs within the reach were missed.</summary>
    public bool Saturated { get; private set; }

    /// <summary>Centre of a bin.</summary>
    public long TauPs(int bin) => (bin - (counts.Length / 2)) * BinPs;

    /// <summary>Adds the tags of the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (int i = 0; i < block.Count; i++)
        {
            byte channel = block.Channels[i];
            if (channel == channelA || channel == channelB)
            {
                Add(block.TimesPs[i], channel);
            }
        }
    }

    /// <summary>
    /// g(τ) per bin: counts over N_a · N_b · bin · (T − |τ|)/T², with T from the first to the last tag; 0 as long as there is no pair
    /// to expect. Its standard error is g/√counts.
    /// </summary>
    public double[] Normalised()
    {
        double[] g = new double[counts.Length];
        double durationPs = lastPs - firstPs;
        for (int bin = 0; bin < g.Length; bin++)
        {
            double expected = durationPs <= 0 ? 0
                : (double)tagsA * tagsB * BinPs * (durationPs - Math.Abs(TauPs(bin))) / (durationPs * durationPs);
            g[bin] = expected > 0 ? counts[bin] / expected : 0;
        }

        return g;
    }

    private void Add(long timePs, byte channel)
    {
        firstPs = firstPs < 0 ? timePs : firstPs;
        lastPs = timePs;
        int age = 0;
        for (; age < recent.Count && timePs - recent.TimePs(age) <= reachPs; age++)
        {
            long distance = timePs - recent.TimePs(age);
            byte earlier = recent.Channel(age);
            if (earlier == channelA && channel == channelB)
            {
                Count(distance);
            }

            if (earlier == channelB && channel == channelA)
            {
                Count(-distance);
            }
        }

        Saturated |= age == RecentTags.Capacity;
        tagsA += channel == channelA ? 1 : 0;
        tagsB += channel == channelB ? 1 : 0;
        recent.Add(timePs, channel);
    }

    private void Count(long tauPs) => counts[(tauPs + reachPs) / BinPs]++;
}
