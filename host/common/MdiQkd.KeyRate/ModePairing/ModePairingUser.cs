using static MdiQkd.KeyRate.KeyRateInputException;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>One user's settings per round: a pulse of intensity μ, of ν or of vacuum, with a random phase.</summary>
/// <param name="Mu">Mean photon number of the stronger pulse.</param>
/// <param name="Nu">Mean photon number of the weaker pulse, 0 &lt; ν &lt; μ.</param>
/// <param name="Pmu">Probability of μ.</param>
/// <param name="Pnu">Probability of ν; vacuum takes the rest, which is positive.</param>
public sealed record ModePairingUser(double Mu, double Nu, double Pmu, double Pnu)
{
    /// <summary>Probability of vacuum.</summary>
    public double Po => 1 - Pmu - Pnu;

    /// <summary>Throws for the first field out of range; fields carry the user's letter.</summary>
    internal void Validate(char user)
    {
        RequireInside(Mu, 0, UserParameters.IntensityMax, $"mu{user}");
        RequireInside(Nu, 0, Mu, $"nu{user}");
        RequireInside(Pmu, 0, 1, $"pmu{user}");
        RequireInside(Pnu, 0, 1, $"pnu{user}");
        RequireInside(Po, 0, 1, $"po{user}");
    }
}
