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
    private LightAlignment setting = LightAlignment.Rest;
    private LightAlignment effect = LightAlignment.Rest;
    private Actuators stuck;

    public UserDrift(DriftSettings settings, PhysicsRandom random)
    {
        this.settings = settings;
        delayPs = Draw(settings.DelayErrorPs, settings.DelayPsPerS, random);
        frequencyHz = Draw(settings.FrequencyErrorMHz * 1e6, settings.FrequencyMHzPerS * 1e6, random);
        angleRad = Draw(settings.PolarisationErrorDeg * Math.PI / 180, settings.PolarisationDegPerS * Math.PI / 180, random);
    }

    /// <summary>Where the actuators stand, as far as the encoder knows.</summary>
    public LightAlignment Setting
    {
        get => setting;
        set
        {
            setting = value;
            effect = new(
                stuck.HasFlag(Actuators.DelayLine) ? effect.DelayPs : value.DelayPs,
                stuck.HasFlag(Actuators.Laser) ? effect.FrequencyKHz : value.FrequencyKHz,
                stuck.HasFlag(Actuators.Polarisation) ? effect.PolarisationMrad : value.PolarisationMrad);
        }
    }

    /// <summary>Actuators that stay where they are, which the encoder does not notice; afterwards they go where they were last told to.</summary>
    public Actuators Stuck
    {
        get => stuck;
        set
        {
            stuck = value;
            Setting = setting;
        }
    }

    /// <summary>A jump of the laser, as of a mode hop, on top of its drift.</summary>
    public double FrequencyJumpHz { get; set; }

    /// <summary>What is left at a time: drift plus delay line, laser setting and turn of the polarisation.</summary>
    public LightError At(long timePs)
    {
        double turns = 2 * Math.PI * (timePs * 1e-12 / settings.PeriodS);
        return new(
            delayPs.At(turns) + effect.DelayPs,
            frequencyHz.At(turns) + (effect.FrequencyKHz * 1e3) + FrequencyJumpHz,
            angleRad.At(turns) + (effect.PolarisationMrad * 1e-3));
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
