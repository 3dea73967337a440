using MdiQkd.Measurement.Pilots;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Feedback;

/// <summary>One user: where its actuators stand, its arrivals, and the controllers of its delay and polarisation.</summary>
public sealed class UserController
{
    // What a report may differ from what was asked: steps of an actuator.
    private const int DelayTolerancePs = 5;
    private const int FrequencyToleranceKHz = 1000;
    private const int PolarisationToleranceMrad = 5;

    // A node may have a reason to refuse once.
    private const int UntakenMax = 4;

    private LightAlignment asked = LightAlignment.Rest;
    private LightAlignment before = LightAlignment.Rest;
    private int untaken;

    /// <summary>Where the actuators stand, by the node's last report.</summary>
    public LightAlignment Setting { get; private set; } = LightAlignment.Rest;

    /// <summary>Tagger time from which light has this setting.</summary>
    public long SincePs { get; private set; }

    /// <summary>Number of the adjustment that the report answers.</summary>
    public long Number { get; private set; } = -1;

    /// <summary>Last arrival; null if there was no peak.</summary>
    public ArrivalPeak? Peak { get; private set; }

    /// <summary>The delay line.</summary>
    public DelayController Delay { get; } = new();

    /// <summary>The polarisation controller.</summary>
    public PolarisationController Polarisation { get; } = new();

    /// <summary>Whether the node answers, but its actuators stay where they are.</summary>
    public bool Refuses => untaken > UntakenMax && Setting == before;

    /// <summary>What is wrong with an actuator, or null.</summary>
    public string? Fault() =>
        untaken > UntakenMax ? Untaken()
        : Delay.IsStuck ? "the delay line does not move the light"
        : Polarisation.IsStuck ? "the polarisation controller does not turn the light"
        : null;

    /// <summary>Notes what the node is asked for next.</summary>
    public void Ask(LightAlignment wanted)
    {
        asked = wanted;
        before = Setting;
    }

    /// <summary>A node's report.</summary>
    public void OnReport(long number, LightAlignment setting, long sincePs)
    {
        Number = number;
        Setting = setting;
        SincePs = sincePs;
    }

    /// <summary>Forgets delay and search; the polarisation stays where the controller is.</summary>
    public void Restart()
    {
        Delay.Restart();
        Polarisation.Restart(Setting.PolarisationMrad);
    }

    /// <summary>Takes the arrivals of an interval in.</summary>
    /// <param name="arrivals">This user's.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Measure(ArrivalOffsets arrivals, double timeS)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        untaken = Untaken() is null ? 0 : untaken + 1;
        Peak = arrivals.TryFindPeak(out ArrivalPeak? peak) ? peak : null;
        if (Peak is not null)
        {
            Delay.Measure(Peak, Setting.DelayPs, Math.Abs(Setting.DelayPs - asked.DelayPs) <= DelayTolerancePs, timeS);
        }
    }

    private string? Untaken() =>
        Math.Abs(Setting.DelayPs - asked.DelayPs) > DelayTolerancePs
            ? $"the delay line stays at {Setting.DelayPs} ps, asked for {asked.DelayPs} ps"
        : Math.Abs(Setting.FrequencyKHz - asked.FrequencyKHz) > FrequencyToleranceKHz
            ? $"the laser stays at {Setting.FrequencyKHz} kHz, asked for {asked.FrequencyKHz} kHz"
        : Math.Abs(Setting.PolarisationMrad - asked.PolarisationMrad) > PolarisationToleranceMrad
            ? $"the polarisation controller stays at {Setting.PolarisationMrad} mrad, asked for {asked.PolarisationMrad} mrad"
        : null;
}
