namespace MdiQkd.Protocol;

/// <summary>
/// Settings of the actuators that make one user's light match the other's at the hub. They act on all light of the user alike,
/// behind the modulators that encode, and know nothing of states.
/// </summary>
/// <param name="DelayPs">Delay line; positive = the light arrives later.</param>
/// <param name="FrequencyKHz">Laser frequency against its nominal value.</param>
/// <param name="PolarisationMrad">Polarisation controller: angle by which it turns the light, as seen at the hub's polariser.</param>
public sealed record LightAlignment(int DelayPs, int FrequencyKHz, int PolarisationMrad)
{
    /// <summary>Range of the delay line either way: two slots of 200 MHz.</summary>
    public const int DelayPsMax = 10_000;

    /// <summary>Range of the laser either way, 5 GHz: a DFB laser tuned by some 0.4 K.</summary>
    public const int FrequencyKHzMax = 5_000_000;

    /// <summary>Range of the polarisation controller either way: a full turn.</summary>
    public const int PolarisationMradMax = 6_283;

    /// <summary>Actuators at rest.</summary>
    public static LightAlignment Rest { get; } = new(0, 0, 0);

    /// <summary>What is outside its range, or null.</summary>
    public string? Fault() =>
        Math.Abs((long)DelayPs) > DelayPsMax ? $"delayPs = {DelayPs} is outside ±{DelayPsMax}"
        : Math.Abs((long)FrequencyKHz) > FrequencyKHzMax ? $"frequencyKHz = {FrequencyKHz} is outside ±{FrequencyKHzMax}"
        : Math.Abs((long)PolarisationMrad) > PolarisationMradMax
            ? $"polarisationMrad = {PolarisationMrad} is outside ±{PolarisationMradMax}"
        : null;
}
