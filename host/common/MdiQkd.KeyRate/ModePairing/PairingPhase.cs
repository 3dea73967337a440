using System.Numerics;
using static MdiQkd.KeyRate.KeyRateInputException;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>How well the phases of two paired rounds are known relative to each other.</summary>
/// <param name="FrequencyOffsetHz">Uncompensated difference of the two lasers' frequencies.</param>
/// <param name="FibreDriftRadPerSecond">Rate at which the fibres shift the phase difference.</param>
/// <param name="Slices">Slices of the full circle that announced phases are rounded to: even, 4 to 256.</param>
public sealed record PairingPhase(double FrequencyOffsetHz = 10, double FibreDriftRadPerSecond = 5900, int Slices = 16)
{
    /// <summary>Rate of the phase difference in radians per second.</summary>
    public double RadPerSecond => (2 * Math.PI * FrequencyOffsetHz) + FibreDriftRadPerSecond;

    /// <summary>Share of X–X pairs whose phase differences agree modulo π, and are kept.</summary>
    public double KeptShare => 2.0 / Slices;

    /// <summary>
    /// Mean cosine of the phase error of kept X–X pairs: drift between two clicks, whose distance k is geometric, P(k) ∝ p (1 − p)^(k−1)
    /// for k ≤ <paramref name="roundsMax"/>, and two phases anywhere in their slices.
    /// </summary>
    internal double MeanCosine(double clickProbability, double roundsMax, double roundSeconds)
    {
        double empty = 1 - clickProbability;
        Complex turn = Complex.FromPolarCoordinates(1, RadPerSecond * roundSeconds);
        double within = -Elementary.Expm1(roundsMax * Math.Log(empty));
        Complex power = Complex.FromPolarCoordinates(
            Math.Exp(roundsMax * Math.Log(empty)), RadPerSecond * roundSeconds * roundsMax);
        Complex drift = clickProbability * turn * (1 - power) / ((1 - (empty * turn)) * within);
        double half = Math.PI / Slices;
        double slice = Math.Sin(half) / half;
        return drift.Real * slice * slice;
    }

    /// <summary>Throws <see cref="KeyRateInputException"/> for the first field out of range.</summary>
    public void Validate()
    {
        RequireRange(FrequencyOffsetHz, 0, 1e9);
        RequireRange(FibreDriftRadPerSecond, 0, 1e9);
        if (Slices is < 4 or > 256 || Slices % 2 != 0)
        {
            throw new KeyRateInputException(nameof(Slices), Text(Slices), "an even number from 4 to 256");
        }
    }
}
