namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Spontaneous Raman scattering of classical channels that share a user's fibre: power P = P_out · L · β · Δλ inside the hub's filter, with
/// P_out the classical power at the fibre's end, L its length, β the Raman coefficient and Δλ the filter's width.
/// </summary>
/// <param name="LaunchPowerDbm">Classical power that enters the fibre, −60..20 dBm.</param>
/// <param name="FilterWidthNm">Width of the filter before the detectors, 0.001..100 nm; 0.1 nm is 12.5 GHz at 1550 nm.</param>
/// <param name="CoefficientPerKmNm">
/// β in 1/(km·nm), 0..1e-6: about 2e-9 with quantum and classical channels both in the C band, 20 to 30 dB less with one of them in the O band.
/// </param>
/// <param name="WavelengthNm">Wavelength of the quantum channel, 800..1700.</param>
public sealed record RamanBackground(
    double LaunchPowerDbm, double FilterWidthNm, double CoefficientPerKmNm = 2e-9, double WavelengthNm = 1550)
{
    private const double PlanckTimesLight = 1.98644586e-25; // J·m

    /// <summary>Photons per second at the fibre's end.</summary>
    /// <param name="lengthKm">Fibre length.</param>
    /// <param name="lossDb">Loss of the fibre alone.</param>
    public double PhotonsHz(double lengthKm, double lossDb)
    {
        double outWatt = 1e-3 * Math.Pow(10, (LaunchPowerDbm - lossDb) / 10);
        double ramanWatt = outWatt * lengthKm * CoefficientPerKmNm * FilterWidthNm;
        return ramanWatt * WavelengthNm * 1e-9 / PlanckTimesLight;
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        LaunchPowerDbm is not (>= -60 and <= 20) ? $"launchPowerDbm = {LaunchPowerDbm} is outside -60..20"
        : FilterWidthNm is not (>= 0.001 and <= 100) ? $"filterWidthNm = {FilterWidthNm} is outside 0.001..100"
        : CoefficientPerKmNm is not (>= 0 and <= 1e-6) ? $"coefficientPerKmNm = {CoefficientPerKmNm} is outside 0..1e-6"
        : WavelengthNm is not (>= 800 and <= 1700) ? $"wavelengthNm = {WavelengthNm} is outside 800..1700"
        : null;
}
