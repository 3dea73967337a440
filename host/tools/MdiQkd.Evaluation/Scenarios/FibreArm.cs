namespace MdiQkd.Evaluation.Scenarios;

/// <summary>One user's way to the detectors.</summary>
/// <param name="LengthKm">Fibre length, 0 to 1,000 km.</param>
/// <param name="LossDbPerKm">Fibre attenuation with splices and connectors, 0 to 10.</param>
/// <param name="HubLossDb">Loss inside the hub: switch, filters, connectors; 0 to 60.</param>
public sealed record FibreArm(double LengthKm = 40, double LossDbPerKm = 0.2, double HubLossDb = 3)
{
    /// <summary>Loss of the fibre.</summary>
    public double FibreLossDb => LengthKm * LossDbPerKm;

    /// <summary>Loss up to the detectors, without their efficiency.</summary>
    public double LossDb => FibreLossDb + HubLossDb;
}
