using MdiQkd.Simulation.Physics;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>One user's way to the detectors.</summary>
/// <param name="LengthKm">Fibre length, 0 to 1,000 km.</param>
/// <param name="LossDbPerKm">Fibre attenuation with splices and connectors, 0 to 10.</param>
/// <param name="HubLossDb">Loss inside the hub: switch, filters, connectors; 0 to 60.</param>
/// <param name="Raman">Classical channels on the same fibre; null = none.</param>
public sealed record FibreArm(double LengthKm = 40, double LossDbPerKm = 0.2, double HubLossDb = 3, RamanBackground? Raman = null)
{
    /// <summary>Loss of the fibre.</summary>
    public double FibreLossDb => LengthKm * LossDbPerKm;

    /// <summary>Loss up to the detectors, without their efficiency.</summary>
    public double LossDb => FibreLossDb + HubLossDb;

    /// <summary>Raman photons per second in front of the beam splitter.</summary>
    public double BackgroundHz => (Raman?.PhotonsHz(LengthKm, FibreLossDb) ?? 0) * Math.Pow(10, -HubLossDb / 10);
}
