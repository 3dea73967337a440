using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// One detector: dark counts uniform in time, non-paralysable dead time, gradual recovery, afterpulses, timing error.
/// </summary>
internal sealed class Detector
{
    // exp(−40) of the efficiency is missing then.
    private const double RecoveredTimes = 40;

    private readonly PhysicsRandom darkRandom;
    private readonly PhysicsRandom jitterRandom;
    private readonly PhysicsRandom clickRandom; // recovery and afterpulses
    private readonly JitterTable jitter;
    private readonly TagQueue output;
    private readonly byte channel;
    private readonly double darkMeanGapPs;
    private readonly double recoveryPs;
    private readonly double afterpulseProbability;
    private readonly double afterpulsePs;
    private readonly long deadTimePs;
    private readonly bool plain; // dead time only
    private long liveFromPs = long.MinValue / 2;
    private long nextDarkPs;
    private long afterpulseAtPs = long.MaxValue;

    public Detector(
        DetectorSettings settings, JitterTable jitter, PhysicsSeed seed, byte channel, long startPs, TagQueue output)
    {
        this.jitter = jitter;
        this.channel = channel;
        this.output = output;
        darkRandom = seed.Generator($"dark counts {channel}");
        jitterRandom = seed.Generator($"jitter {channel}");
        clickRandom = seed.Generator($"recovery and afterpulses {channel}");
        darkMeanGapPs = settings.DarkRateHz > 0 ? 1e12 / settings.DarkRateHz : double.PositiveInfinity;
        deadTimePs = (long)Math.Ceiling(settings.DeadTimePs);
        recoveryPs = settings.RecoveryPs;
        afterpulseProbability = settings.AfterpulseProbability;
        afterpulsePs = settings.AfterpulsePs;
        plain = recoveryPs == 0 && afterpulseProbability == 0;
        nextDarkPs = startPs;
        ScheduleDark();
    }

    /// <summary>Time of the next click that is the detector's own: dark count or afterpulse.</summary>
    public long NextOwnPs => Math.Min(nextDarkPs, afterpulseAtPs);

    /// <summary>Something hits the detector: a tag, if it is live.</summary>
    /// <param name="timePs">When, on the slot raster; never goes back.</param>
    /// <param name="delayPs">By how much the light is late on the raster.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit(long timePs, int delayPs)
    {
        if (timePs >= liveFromPs && (plain || Responds(timePs)))
        {
            liveFromPs = timePs + deadTimePs;
            output.Add(timePs + delayPs + jitter.Draw(jitterRandom), channel);
        }
    }

    /// <summary>The next click of its own happens.</summary>
    public void OwnClick()
    {
        if (afterpulseAtPs <= nextDarkPs)
        {
            long timePs = afterpulseAtPs;
            afterpulseAtPs = long.MaxValue;
            Hit(timePs, 0);
        }
        else
        {
            Hit(nextDarkPs, 0);
            ScheduleDark();
        }
    }

    // Whether a live detector responds at its present efficiency; a click may schedule an afterpulse.
    private bool Responds(long timePs)
    {
        double recovered = timePs - liveFromPs;
        if (recovered < RecoveredTimes * recoveryPs && clickRandom.NextDouble() < Math.Exp(-recovered / recoveryPs))
        {
            return false;
        }

        if (afterpulseProbability > 0 && clickRandom.NextDouble() < afterpulseProbability)
        {
            long at = timePs + deadTimePs + 1 + (long)(afterpulsePs * clickRandom.NextExponential());
            afterpulseAtPs = Math.Min(afterpulseAtPs, at);
        }

        return true;
    }

    private void ScheduleDark()
    {
        double gap = darkMeanGapPs * darkRandom.NextExponential();
        nextDarkPs = gap < 1L << 61 ? nextDarkPs + (long)gap : long.MaxValue; // also without dark counts
    }
}
