using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>One detector: dark counts uniform in time, non-paralysable dead time, timing error.</summary>
internal sealed class Detector
{
    private readonly PhysicsRandom darkRandom;
    private readonly PhysicsRandom jitterRandom;
    private readonly JitterTable jitter;
    private readonly TagQueue output;
    private readonly byte channel;
    private readonly double darkMeanGapPs;
    private readonly long deadTimePs;
    private long liveFromPs = long.MinValue;

    public Detector(
        DetectorSettings settings, JitterTable jitter, PhysicsSeed seed, byte channel, long startPs, TagQueue output)
    {
        this.jitter = jitter;
        this.channel = channel;
        this.output = output;
        darkRandom = seed.Generator($"dark counts {channel}");
        jitterRandom = seed.Generator($"jitter {channel}");
        darkMeanGapPs = settings.DarkRateHz > 0 ? 1e12 / settings.DarkRateHz : double.PositiveInfinity;
        deadTimePs = (long)Math.Ceiling(settings.DeadTimePs);
        NextDarkPs = startPs;
        ScheduleDark();
    }

    /// <summary>Time of the next dark count.</summary>
    public long NextDarkPs { get; private set; }

    /// <summary>Something hits the detector: a tag, if it is live.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit(long timePs)
    {
        if (timePs >= liveFromPs)
        {
            liveFromPs = timePs + deadTimePs;
            output.Add(timePs + jitter.Draw(jitterRandom), channel);
        }
    }

    /// <summary>The next dark count happens.</summary>
    public void DarkCount()
    {
        Hit(NextDarkPs);
        ScheduleDark();
    }

    private void ScheduleDark()
    {
        double gap = darkMeanGapPs * darkRandom.NextExponential();
        NextDarkPs = gap < 1L << 61 ? NextDarkPs + (long)gap : long.MaxValue; // also without dark counts
    }
}
