using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

/// <summary>The rule of the reference, physics 0.1, written as it is spoken: sees all blocks at once, groups, no streaming.</summary>
internal static class ReferenceClassifier
{
    public static List<BsmEvent> Classify(
        BsmSettings settings, long startPs, long slots, IReadOnlyList<TimeTagBlock> blocks)
    {
        SlotTiming timing = settings.Timing;
        decimal settled = Math.Floor(((decimal)blocks[^1].WatermarkPs + 1 - startPs) / timing.SlotPeriodPs);
        HashSet<long> voids = [];
        Dictionary<long, List<(int Detector, int Bin)>> clicks = [];
        long previousPs = -1;
        foreach (TimeTagBlock block in blocks)
        {
            if (block.LostTags > 0)
            {
                voids.UnionWith(TouchedSlots(timing, startPs, slots, previousPs, block.WatermarkPs));
            }

            previousPs = block.WatermarkPs;
            for (int i = 0; i < block.Count; i++)
            {
                long slot = (long)Math.Floor(((decimal)block.TimesPs[i] - startPs) / timing.SlotPeriodPs);
                long inSlot = block.TimesPs[i] - startPs - (slot * timing.SlotPeriodPs);
                int detector = block.Channels[i] == settings.ChannelC ? 0 : block.Channels[i] == settings.ChannelD ? 1 : -1;
                int bin = Within(inSlot, timing.EarlyCentrePs, timing.WindowPs) ? 0
                    : Within(inSlot, timing.LateCentrePs, timing.WindowPs) ? 1 : -1;
                if (slot >= 0 && slot < slots && detector >= 0 && bin >= 0)
                {
                    clicks.TryAdd(slot, []);
                    clicks[slot].Add((detector, bin));
                }
            }
        }

        List<BsmEvent> events = [];
        foreach ((long slot, List<(int Detector, int Bin)> list) in clicks.OrderBy(c => c.Key))
        {
            bool judged = slot < settled && !voids.Contains(slot) && settings.Pilots?.Contains(slot) != true;
            if (judged && list.Count == 2 && list[0].Bin != list[1].Bin)
            {
                bool psiMinus = list[0].Detector != list[1].Detector;
                if (psiMinus || settings.AcceptPsiPlus)
                {
                    events.Add(new BsmEvent(slot, psiMinus ? BellState.PsiMinus : BellState.PsiPlus));
                }
            }
        }

        return events;
    }

    private static IEnumerable<long> TouchedSlots(SlotTiming timing, long startPs, long slots, long fromPs, long toPs)
    {
        for (long slot = 0; slot < slots; slot++)
        {
            long beginPs = startPs + (slot * timing.SlotPeriodPs);
            if (beginPs <= toPs && beginPs + timing.SlotPeriodPs - 1 > fromPs)
            {
                yield return slot;
            }
        }
    }

    private static bool Within(long inSlot, int centre, int window) =>
        inSlot >= centre - (window / 2) && inSlot < centre - (window / 2) + window;
}
