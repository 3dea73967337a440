using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>
/// Slow and obvious: tags of one slot at a time, windows around the bin centres, |ψ⁻⟩ = one click in each detector in
/// opposite bins and the other windows empty; counts per pair of labels, from the states that were really prepared.
/// </summary>
internal sealed class EventTally
{
    private readonly StationSettings station;
    private readonly IPreparedStates statesA;
    private readonly IPreparedStates statesB;
    private readonly long startPs;
    private readonly int[] clicks = new int[4];
    private long slot = -1;
    private long lastEvent = long.MinValue / 2;

    public EventTally(StationSettings station, IPreparedStates statesA, IPreparedStates statesB, long startPs)
    {
        this.station = station;
        this.statesA = statesA;
        this.statesB = statesB;
        this.startPs = startPs;
    }

    public long Tags { get; private set; }

    public long TagsOutsideWindows { get; private set; }

    public long[,] Events { get; } = new long[4, 4];

    public long[,] Errors { get; } = new long[4, 4];

    public long EarlyInC { get; private set; }

    public long Total { get; private set; }

    /// <summary>Gap in slots between events, up to 63; the last entry counts all longer ones.</summary>
    public long[] Gaps { get; } = new long[64];

    public static EventTally Run(
        ISessionSimulator simulator, StationSettings station, UserLight a, UserLight b, long startPs, long slots)
    {
        var tally = new EventTally(station, a.States, b.States, startPs);
        var block = new TimeTagBlock();
        while (simulator.Advance(slots, 50_000, block) < slots)
        {
            tally.Take(block);
        }

        tally.Take(block);
        tally.CloseSlot();
        return tally;
    }

    private void Take(TimeTagBlock block)
    {
        Tags += block.Count;
        for (int i = 0; i < block.Count; i++)
        {
            long time = block.TimesPs[i] - startPs;
            long tagSlot = time / station.Timing.SlotPeriodPs;
            if (tagSlot != slot)
            {
                CloseSlot();
                slot = tagSlot;
            }

            int phase = (int)(time % station.Timing.SlotPeriodPs);
            int half = station.Timing.WindowPs / 2;
            int detector = block.Channels[i] == station.ChannelC ? 0 : 2;
            if (Math.Abs(phase - station.Timing.EarlyCentrePs) <= half)
            {
                clicks[detector]++;
            }
            else if (Math.Abs(phase - station.Timing.LateCentrePs) <= half)
            {
                clicks[detector + 1]++;
            }
            else
            {
                TagsOutsideWindows++;
            }
        }
    }

    private void CloseSlot()
    {
        bool cEarly = clicks[0] == 1 && clicks[1] == 0 && clicks[2] == 0 && clicks[3] == 1;
        bool dEarly = clicks[0] == 0 && clicks[1] == 1 && clicks[2] == 1 && clicks[3] == 0;
        if (cEarly || dEarly)
        {
            Span<byte> packed = stackalloc byte[2];
            Assert.True(statesA.TryRead([slot], packed) && statesB.TryRead([slot], packed[1..]));
            var a = new PreparedState(packed[0]);
            var b = new PreparedState(packed[1]);
            Events[(int)a.Label, (int)b.Label]++;
            Errors[(int)a.Label, (int)b.Label] += a.Bit == b.Bit ? 1 : 0;
            EarlyInC += cEarly ? 1 : 0;
            Total++;
            Gaps[(int)Math.Min(slot - lastEvent, Gaps.Length) - 1]++;
            lastEvent = slot;
        }

        Array.Clear(clicks);
    }
}
