using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Clock;

/// <summary>
/// Tags of pulsed light on a slot clock that runs as a test wants: each with the slot that it truly belongs to. Two detectors, early
/// and late bin at random, Gaussian jitter, uniform background.
/// </summary>
internal sealed class PulsedTags(int seed)
{
    public const byte C = Measurement.TagPatterns.C;
    public const byte D = Measurement.TagPatterns.D;

    private readonly Random random = new(seed);

    public SlotTiming Timing { get; init; } = new(5000, 2500, 1000);

    public double RateHz { get; init; } = 5e6;

    public double JitterPs { get; init; } = 60;

    public double Background { get; init; } = 0.02;

    public long StartPs { get; init; } = 1_000_000_000;

    public double ShareOfC { get; init; } = 0.5;

    /// <summary>Tagger time minus slot time, by slot time since the start.</summary>
    public Func<double, double> ShiftPs { get; init; } = _ => 0;

    /// <summary>Whether there is light at a slot time since the start.</summary>
    public Func<double, bool> Light { get; init; } = _ => true;

    /// <summary>Draws the tags of a time; slot −1 is background.</summary>
    public List<(long TimePs, byte Channel, long Slot)> Draw(double seconds)
    {
        List<(long, byte, long)> tags = [];
        double mean = 1e12 / RateHz;
        for (double t = 0; t < seconds * 1e12;)
        {
            t -= Math.Log(1 - random.NextDouble()) * mean;
            byte channel = random.NextDouble() < ShareOfC ? C : D;
            if (!Light(t))
            {
                continue;
            }

            if (random.NextDouble() < Background)
            {
                tags.Add((StartPs + (long)(t + ShiftPs(t)), channel, -1));
                continue;
            }

            long slot = (long)(t / Timing.SlotPeriodPs);
            double inSlot = (random.Next(2) == 0 ? Timing.EarlyCentrePs : Timing.LateCentrePs) + (JitterPs * Gauss());
            double ideal = ((double)slot * Timing.SlotPeriodPs) + inSlot;
            tags.Add((StartPs + (long)Math.Round(ideal + ShiftPs(ideal)), channel, slot));
        }

        tags.Sort();
        return tags;
    }

    /// <summary>Blocks of about a length, of the tags from power-up to a time after the start.</summary>
    public List<TimeTagBlock> Blocks(List<(long TimePs, byte Channel, long Slot)> tags, double seconds, double blockSeconds)
    {
        List<TimeTagBlock> blocks = [];
        int next = 0;
        long endPs = StartPs + (long)(seconds * 1e12);
        for (long watermarkPs = -1; watermarkPs < endPs;)
        {
            watermarkPs += 1 + (long)((0.5 + random.NextDouble()) * blockSeconds * 1e12);
            TimeTagBlock block = new(16) { WatermarkPs = watermarkPs };
            for (; next < tags.Count && tags[next].TimePs <= watermarkPs; next++)
            {
                block.Add(tags[next].TimePs, tags[next].Channel);
            }

            blocks.Add(block);
        }

        return blocks;
    }

    private double Gauss() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
