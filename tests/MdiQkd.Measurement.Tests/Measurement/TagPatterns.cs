using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

/// <summary>Random tag patterns that dwell on what is hard: window edges, ties, slot borders, block borders, losses.</summary>
internal static class TagPatterns
{
    public const byte C = 1;
    public const byte D = 2;

    public static readonly SlotTiming Timing = new(5000, 2500, 600);

    /// <summary>Blocks that tile time from before the session to beyond it.</summary>
    public static List<TimeTagBlock> Random(Random random, SlotTiming timing, long startPs, long slots, double lossProbability)
    {
        long endPs = startPs + (slots * timing.SlotPeriodPs) + (3 * timing.SlotPeriodPs);
        int count = 1 + (int)((endPs - startPs) / timing.SlotPeriodPs * (1 + random.Next(10)) / 4);
        long[] times = new long[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = Math.Max(0, startPs + (random.NextInt64(-3, slots + 3) * timing.SlotPeriodPs) + InSlot(random, timing));
        }

        Array.Sort(times);
        List<TimeTagBlock> blocks = [];
        int next = 0;
        long watermarkPs = Math.Max(-1, startPs - (4 * timing.SlotPeriodPs));
        while (watermarkPs < endPs)
        {
            long mean = random.Next(5) switch { 0 => 1, 1 => timing.SlotPeriodPs, 2 => 2000L * timing.SlotPeriodPs, _ => 40L * timing.SlotPeriodPs };
            watermarkPs += 1 + random.NextInt64(2 * mean);
            TimeTagBlock block = new(16) { WatermarkPs = watermarkPs };
            block.LostTags = random.NextDouble() < lossProbability ? 1 + random.Next(9) : 0;
            for (; next < count && times[next] <= watermarkPs; next++)
            {
                int pick = random.Next(20);
                block.Add(times[next], pick == 0 ? (byte)7 : pick < 11 ? C : D);
            }

            blocks.Add(block);
        }

        return blocks;
    }

    private static long InSlot(Random random, SlotTiming timing)
    {
        int centre = random.Next(2) == 0 ? timing.EarlyCentrePs : timing.LateCentrePs;
        return random.Next(6) switch
        {
            0 => centre - (timing.WindowPs / 2),
            1 => centre - (timing.WindowPs / 2) - 1,
            2 => centre - (timing.WindowPs / 2) + timing.WindowPs,
            3 => centre - (timing.WindowPs / 2) + timing.WindowPs - 1,
            4 => random.Next(timing.SlotPeriodPs),
            _ => centre,
        };
    }
}
