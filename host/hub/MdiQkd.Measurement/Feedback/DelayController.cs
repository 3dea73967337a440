using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Feedback;

/// <summary>Delay line of one user, by the mean arrival of its pilots.</summary>
public sealed class DelayController
{
    // An arrival is aligned within this and its noise: it costs 1.4 % of M at 200 ps pulses.
    private const double AlignedPs = 20;

    // Delay in buried fibre: up to 10 ps/s, changing over minutes.
    private const double RateSigma = 10;
    private const double RateNoise = 0.1;

    // A change of this size is a jump, no drift.
    private const double JumpPs = 100;

    // So many corrections in vain: a jump of the fibre needs one, two in an interval each two.
    private const int CorrectionsMax = 4;

    private DriftTracker? delay;
    private int misses;
    private double basePs;

    /// <summary>Whether arrivals stay off whatever is asked.</summary>
    public bool IsStuck => misses > CorrectionsMax;

    /// <summary>Whether the last arrival was where it should be.</summary>
    public bool IsAligned { get; private set; }

    /// <summary>Delay wanted at a time, in ps.</summary>
    /// <param name="timeS">The time.</param>
    /// <param name="atRestPs">What to want before anything was measured.</param>
    public double At(double timeS, double atRestPs) => delay?.At(timeS) ?? atRestPs;

    /// <summary>Forgets value and drift, not whether it is stuck.</summary>
    public void Restart() => delay = null;

    /// <summary>Takes an arrival in.</summary>
    /// <param name="peak">The arrival.</param>
    /// <param name="settingPs">Setting of the delay line while it was measured.</param>
    /// <param name="isTaken">Whether this is the setting that was asked for.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Measure(ArrivalPeak peak, double settingPs, bool isTaken, double timeS)
    {
        ArgumentNullException.ThrowIfNull(peak);
        IsAligned = Math.Abs(peak.OffsetPs) <= AlignedPs + (2 * peak.OffsetErrorPs);
        if (IsAligned)
        {
            misses = 0;
        }
        else if (isTaken)
        {
            basePs = misses++ == 0 ? settingPs : basePs;
        }

        if (IsStuck)
        {
            // Corrections add up to nothing: each starts from where the delay line last did something, and it goes back there in between.
            double wantedPs = settingPs == basePs ? basePs - peak.OffsetPs : basePs;
            delay = new DriftTracker(wantedPs, peak.OffsetErrorPs, RateSigma, RateNoise, timeS);
            return;
        }

        double wanted = settingPs - peak.OffsetPs;
        if (delay is null)
        {
            delay = new DriftTracker(wanted, peak.OffsetErrorPs, RateSigma, RateNoise, timeS);
        }
        else if (Math.Abs(wanted - delay.At(timeS)) > JumpPs)
        {
            delay.Jump(wanted, peak.OffsetErrorPs, timeS);
        }
        else
        {
            delay.Update(wanted, Math.Max(1, peak.OffsetErrorPs), timeS);
        }
    }
}
