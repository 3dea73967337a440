using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.World;

/// <summary>One user's drifting light, and the actuators that work against it. Loop only.</summary>
internal sealed class UserDrift
{
    private readonly DriftSettings settings;
    private readonly Swing delayPs;
    private readonly Swing frequencyHz;
    private readonly Swing angleRad;

    public UserDrift(DriftSettings settings, PhysicsRandom random)
    {
        this.settings = settings;
        delayPs = Draw(settings.DelayErrorPs, settings.DelayPsPerS, random);
        frequencyHz = Draw(settings.FrequencyErrorMHz * 1e6, settings.FrequencyMHzPerS * 1e6, random);
        angleRad = Draw(settings.PolarisationErrorDeg * Math.PI / 180, settings.PolarisationDegPerS * Math.PI / 180, random);
    }

    /// <summary>Where the actuators stand.</summary>
    public LightAlignment Actuators { get; set; } = LightAlignment.Rest;

    /// <summary>What is left at a time: drift plus delay line, laser setting and turn of the polarisation.</summary>
    public LightError At(long timePs)
    {
        double turns = 2 * Math.PI * (timePs * 1e-12 / settings.PeriodS);
        return new(
            delayPs.At(turns) + Actuators.DelayPs,
            frequencyHz.At(turns) + (Actuators.FrequencyKHz * 1e3),
            angleRad.At(turns) + (Actuators.PolarisationMrad * 1e-3));
    }

    private Swing Draw(double error, double rate, PhysicsRandom random) => new(
        random.NextDouble() < 0.5 ? error : -error,
        rate * settings.PeriodS / (2 * Math.PI),
        2 * Math.PI * random.NextDouble());

    private readonly record struct Swing(double Start, double Amplitude, double Phase)
    {
        public double At(double turns) => Start + (Amplitude * (Math.Sin(turns + Phase) - Math.Sin(Phase)));
    }
}
