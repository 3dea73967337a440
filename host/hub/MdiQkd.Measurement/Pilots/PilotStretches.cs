using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Pilots;

/// <summary>
/// Picks the tags that may belong to pilots, before their delays are subtracted: few of all, so that only these need to be merged for
/// <see cref="PilotTally"/>.
/// </summary>
public sealed class PilotStretches
{
    private readonly long startPs;
    private readonly long groupPs;
    private readonly long stretchPs;
    private readonly long marginPs;

    /// <summary>Begins a session.</summary>
    /// <param name="pilots">Pattern with pilots.</param>
    /// <param name="timing">Slot raster.</param>
    /// <param name="startPs">Time at which slot 0 begins, once delays are subtracted.</param>
    public PilotStretches(PilotPattern pilots, SlotTiming timing, long startPs)
    {
        ArgumentNullException.ThrowIfNull(pilots);
        ArgumentNullException.ThrowIfNull(timing);
        this.startPs = startPs;
        groupPs = (long)pilots.Period * timing.SlotPeriodPs;
        stretchPs = (long)pilots.Length * timing.SlotPeriodPs;
        marginPs = ChannelDelays.DelayPsMax + timing.SlotPeriodPs;
    }

    /// <summary>Copies the tags near pilots.</summary>
    /// <param name="block">Tags with their delays.</param>
    /// <param name="picked">Another block, overwritten; it covers the same time.</param>
    public void Pick(TimeTagBlock block, TimeTagBlock picked)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(picked);
        picked.Clear();
        picked.WatermarkPs = block.WatermarkPs;
        picked.LostTags = block.LostTags;
        int i = 0;
        while (i < block.Count)
        {
            long group = Math.Max(0, (block.TimePs(i) - startPs + marginPs) / groupPs);
            long fromPs = startPs + (group * groupPs) - marginPs;
            for (i = FirstFrom(block, i, fromPs); i < block.Count && block.TimePs(i) < fromPs + stretchPs + (2 * marginPs); i++)
            {
                picked.Add(block.TimePs(i), block.Channels[i]);
            }

            i = FirstFrom(block, i, fromPs + groupPs);
        }
    }

    private static int FirstFrom(TimeTagBlock block, int from, long timePs)
    {
        int low = from;
        int high = block.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = block.TimePs(middle) < timePs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
