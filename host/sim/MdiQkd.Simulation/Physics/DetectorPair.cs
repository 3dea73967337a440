using System.Runtime.CompilerServices;
using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>The two detectors of a station and their tags in order of time. Dark counts go on with and without light.</summary>
internal sealed class DetectorPair
{
    private readonly TagQueue queue = new();
    private readonly Detector c;
    private readonly Detector d;
    private readonly int guardPs;
    private readonly bool afterpulses;
    private long nextOwnPs;

    /// <param name="station">Settings.</param>
    /// <param name="seed">Own seed.</param>
    /// <param name="startPs">Every tag is later than this: dark counts start one greatest timing error after it.</param>
    /// <param name="leadPsMax">Light may be early on the slot raster by so much.</param>
    public DetectorPair(StationSettings station, PhysicsSeed seed, long startPs, int leadPsMax = 0)
    {
        var jitter = new JitterTable(station.ArrivalSigmaPs);
        guardPs = jitter.MaxPs + leadPsMax;
        afterpulses = station.Detectors.AfterpulseProbability > 0;
        queue.FloorPs = startPs + 1;
        startPs += guardPs + 1;
        c = new Detector(station.Detectors, jitter, seed.Derive("detector c"), station.ChannelC, startPs, queue);
        d = new Detector(station.Detectors, jitter, seed.Derive("detector d"), station.ChannelD, startPs, queue);
        nextOwnPs = Math.Min(c.NextOwnPs, d.NextOwnPs);
    }

    /// <summary>Tags not handed over yet.</summary>
    public int Count => queue.Count;

    /// <summary>Light at the detectors at one time: bit 0 hits c, bit 2 hits d. Times never go back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit(int windows, long timePs, int delayPs)
    {
        OwnClicksUntil(timePs);
        if ((windows & 1) != 0)
        {
            c.Hit(timePs, delayPs);
        }

        if ((windows & 4) != 0)
        {
            d.Hit(timePs, delayPs);
        }

        if (afterpulses)
        {
            nextOwnPs = Math.Min(c.NextOwnPs, d.NextOwnPs);
        }
    }

    /// <summary>Everything before a time has happened: hands over the tags that no later one can precede.</summary>
    public void MoveTo(TimeTagBlock block, long untilPs)
    {
        OwnClicksUntil(untilPs);
        queue.MoveTo(block, untilPs - guardPs - 1);
    }

    /// <summary>The same, and nothing will follow: hands over all tags, none later than that time.</summary>
    public void MoveAllTo(TimeTagBlock block, long untilPs)
    {
        OwnClicksUntil(untilPs);
        queue.MoveAllTo(block, untilPs);
    }

    private void OwnClicksUntil(long timePs)
    {
        while (nextOwnPs < timePs)
        {
            (c.NextOwnPs <= d.NextOwnPs ? c : d).OwnClick();
            nextOwnPs = Math.Min(c.NextOwnPs, d.NextOwnPs);
        }
    }
}
