namespace MdiQkd.Simulation.Physics;

/// <summary>
/// One detector: dark counts uniform in time, non-paralysable dead time, gradual recovery, afterpulses.
/// </summary>
internal sealed class Detector
{
    // exp(−40) of the efficiency is missing then.
    private const double RecoveredTimes = 40;

    private readonly ExponentialDraws darkGaps;
    private readonly ExponentialDraws recoveries;
    private readonly PhysicsRandom afterpulseRandom;
    private readonly double darkMeanGapPs;
    private readonly double recoveryPs;
    private readonly double afterpulseProbability;
    private readonly double afterpulsePs;
    private readonly long deadTimePs;
    private long nextDarkPs;
    private long afterpulseAtPs = long.MaxValue;

    /// <param name="settings">Both detectors' settings.</param>
    /// <param name="seed">Own seed.</param>
    /// <param name="startPs">Dark counts start here.</param>
    public Detector(DetectorSettings settings, PhysicsSeed seed, long startPs)
    {
        darkGaps = new ExponentialDraws(seed.Generator("dark counts"));
        recoveries = new ExponentialDraws(seed.Generator("recovery"));
        afterpulseRandom = seed.Generator("afterpulses");
        darkMeanGapPs = settings.DarkRateHz > 0 ? 1e12 / settings.DarkRateHz : double.PositiveInfinity;
        deadTimePs = (long)Math.Ceiling(settings.DeadTimePs);
        recoveryPs = settings.RecoveryPs;
        afterpulseProbability = settings.AfterpulseProbability;
        afterpulsePs = settings.AfterpulsePs;
        nextDarkPs = startPs;
        ScheduleDark();
    }

    /// <summary>End of the dead time.</summary>
    public long LiveFromPs { get; set; } = long.MinValue / 2;

    /// <summary>Time of the next click that is the detector's own: dark count or afterpulse.</summary>
    public long NextOwnPs => Math.Min(nextDarkPs, afterpulseAtPs);

    /// <summary>The next click of its own happens.</summary>
    /// <returns>When.</returns>
    public long TakeOwn()
    {
        long timePs = NextOwnPs;
        if (afterpulseAtPs == timePs)
        {
            afterpulseAtPs = long.MaxValue;
        }
        else
        {
            ScheduleDark();
        }

        return timePs;
    }

    /// <summary>Something hits the detector at its present efficiency; a click may schedule an afterpulse.</summary>
    /// <param name="timePs">When, on the slot raster; never goes back.</param>
    /// <returns>Whether it clicks.</returns>
    public bool Clicks(long timePs)
    {
        // Missed with probability exp(−recovered/τ): an exponential time of mean τ is longer.
        double recovered = timePs - LiveFromPs;
        if (recovered < 0 || (recovered < RecoveredTimes * recoveryPs && recoveries.Next() * recoveryPs > recovered))
        {
            return false;
        }

        LiveFromPs = timePs + deadTimePs;
        if (afterpulseProbability > 0 && afterpulseRandom.NextDouble() < afterpulseProbability)
        {
            long at = LiveFromPs + 1 + (long)(afterpulsePs * afterpulseRandom.NextExponential());
            afterpulseAtPs = Math.Min(afterpulseAtPs, at);
        }

        return true;
    }

    private void ScheduleDark()
    {
        double gap = darkMeanGapPs * darkGaps.Next();
        nextDarkPs = gap < 1L << 61 ? nextDarkPs + (long)gap : long.MaxValue; // also without dark counts
    }
}
