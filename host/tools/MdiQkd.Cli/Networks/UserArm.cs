using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Cli.Networks;

/// <summary>A user and its fibre to the hub.</summary>
/// <param name="Name">Node name.</param>
/// <param name="Port">Port of the hub's switch, from 1.</param>
/// <param name="LengthKm">Fibre length.</param>
/// <param name="LossDbPerKm">Fibre attenuation.</param>
/// <param name="HubLossDb">Loss of this arm inside the hub: switch, filters, connectors.</param>
/// <param name="Raman">Classical channels on the same fibre; null = none.</param>
internal sealed record UserArm(
    string Name, int Port, double LengthKm, double LossDbPerKm, double HubLossDb, RamanBackground? Raman = null)
{
    /// <summary>Background photons per second at the hub's beam splitter.</summary>
    internal double BackgroundHz =>
        (Raman?.PhotonsHz(LengthKm, LengthKm * LossDbPerKm) ?? 0) * Math.Pow(10, -HubLossDb / 10);

    /// <summary>
    /// Longest name: the application at a node is called <c>app-NAME</c>, and a certificate's common name has at most 64
    /// characters (RFC 5280, ub-common-name).
    /// </summary>
    internal const int NameLengthMax = 60;

    /// <summary>Largest loss of an arm: beyond any use, and what the simulation takes.</summary>
    internal const double LossDbMax = 200;

    /// <summary>Loss from the user's output to the detectors, without their efficiency.</summary>
    internal double LossDb => (LengthKm * LossDbPerKm) + HubLossDb;

    internal NetworkFault? Fault(string path) =>
        !ParticipantName.IsValid(Name) || Name.Length > NameLengthMax
            ? new NetworkFault(
                $"{path}.name", $"{path}.name = '{Name}': {ParticipantName.Rule}; here at most {NameLengthMax} characters")
            : NetworkFault.Outside($"{path}.port", Port, 1, 1024)
            ?? NetworkFault.Outside($"{path}.lengthKm", LengthKm, 0, 1000)
            ?? NetworkFault.Outside($"{path}.lossDbPerKm", LossDbPerKm, 0, 10)
            ?? NetworkFault.Outside($"{path}.hubLossDb", HubLossDb, 0, 60)
            ?? NetworkFault.Below($"{path}.raman", Raman?.Fault())
            ?? (BackgroundHz > 1e8
                ? new NetworkFault($"{path}.raman", $"{path}.raman: {BackgroundHz:0.0e0} photons per second, 1e8 are the most")
                : null)
            ?? (LossDb > LossDbMax
                ? new NetworkFault($"{path}.lengthKm", $"{path}: {LossDb:0.#} dB in all, at most {LossDbMax} dB give any light")
                : null);
}
