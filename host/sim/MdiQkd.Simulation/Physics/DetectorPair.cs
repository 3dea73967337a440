using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>The two detectors of a station and their tags in order of time. Dark counts go on with and without light.</summary>
internal sealed class DetectorPair
{
    private readonly TagQueue queue;
    private readonly Detector c;
    private readonly Detector d;
    private readonly byte channelC;
    private readonly byte channelD;
    private readonly long[] seenPs = new long[LightHits.Capacity];
    private readonly byte[] seenChannels = new byte[LightHits.Capacity];
    private readonly long deadTimePs;
    private readonly int guardPs;
    private readonly bool plain; // dead time only
    private long nextOwnPs;

    /// <param name="station">Settings.</param>
    /// <param name="seed">Own seed.</param>
    /// <param name="startPs">Every tag is later than this: dark counts start one greatest timing error after it.</param>
    /// <param name="leadPsMax">Light may be early on the slot raster by so much.</param>
    public DetectorPair(StationSettings station, PhysicsSeed seed, long startPs, int leadPsMax = 0)
    {
        DetectorSettings settings = station.Detectors;
        var jitter = new JitterTable(station.ArrivalSigmaPs);
        queue = new TagQueue(jitter, seed.Generator("jitter")) { FloorPs = startPs + 1 };
        channelC = station.ChannelC;
        channelD = station.ChannelD;
        guardPs = jitter.MaxPs + leadPsMax;
        deadTimePs = (long)Math.Ceiling(settings.DeadTimePs);
        plain = settings.RecoveryPs == 0 && settings.AfterpulseProbability == 0;
        startPs += guardPs + 1;
        c = new Detector(settings, seed.Derive("detector c"), startPs);
        d = new Detector(settings, seed.Derive("detector d"), startPs);
        nextOwnPs = Math.Min(c.NextOwnPs, d.NextOwnPs);
    }

    /// <summary>Tags not handed over yet.</summary>
    public int Count => queue.Count;

    /// <summary>Light at the detectors, no earlier than all before.</summary>
    public void Take(LightHits hits)
    {
        for (int i = 0; i < hits.Count;)
        {
            OwnClicksUntil(hits.TimesPs[i]);
            i = plain ? TakePlain(hits, i) : TakeOne(hits, i);
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
            int detector = c.NextOwnPs <= d.NextOwnPs ? 0 : 1;
            Hit(detector, (detector == 0 ? c : d).TakeOwn(), 0);
        }
    }

    private int TakeOne(LightHits hits, int i)
    {
        Hit(hits.Detectors[i], hits.TimesPs[i], hits.DelaysPs[i]);
        return i + 1;
    }

    private void Hit(int detector, long timePs, int delayPs)
    {
        if ((detector == 0 ? c : d).Clicks(timePs))
        {
            queue.Add(timePs + delayPs, detector == 0 ? channelC : channelD);
        }

        nextOwnPs = Math.Min(c.NextOwnPs, d.NextOwnPs);
    }

    // Hits until the next click of a detector's own, if there is nothing but a dead time. Half of all hits may be lost to it and nothing
    // tells which: no branch. Each detector's end of dead time depends on its own last one only, so that both go on at once.
    private int TakePlain(LightHits hits, int first)
    {
        ReadOnlySpan<long> timesPs = hits.TimesPs.AsSpan(first, hits.Count - first);
        ReadOnlySpan<int> delaysPs = hits.DelaysPs.AsSpan(first, timesPs.Length);
        ReadOnlySpan<byte> detectors = hits.Detectors.AsSpan(first, timesPs.Length);
        Span<long> toPs = seenPs.AsSpan(0, timesPs.Length);
        Span<byte> toChannels = seenChannels.AsSpan(0, timesPs.Length);
        long liveC = c.LiveFromPs, liveD = d.LiveFromPs, dead = deadTimePs, endPs = nextOwnPs;
        int channel = channelC, difference = channelC ^ channelD;
        int seen = 0;
        int i = 0;
        for (; i < timesPs.Length; i++)
        {
            long timePs = timesPs[i];
            if (timePs > endPs)
            {
                break;
            }

            // All bits, or none.
            long isD = -(long)detectors[i];
            long lostInC = isD | ((timePs - liveC) >> 63);
            long lostInD = ~isD | ((timePs - liveD) >> 63);
            liveC += (timePs + dead - liveC) & ~lostInC;
            liveD += (timePs + dead - liveD) & ~lostInD;
            toPs[seen] = timePs + delaysPs[i];
            toChannels[seen] = (byte)(channel ^ (difference & (int)isD));
            seen += 1 + (int)(lostInC & lostInD);
        }

        c.LiveFromPs = liveC;
        d.LiveFromPs = liveD;
        queue.AddAll(toPs[..seen], toChannels);
        return first + i;
    }
}
