using MdiQkd.Protocol;

namespace MdiQkd.Cli.Networks;

/// <summary>Intensities and label probabilities of one user towards one peer, as real numbers; vacuum takes the rest.</summary>
/// <param name="Z">Mean photon number in the Z basis.</param>
/// <param name="V">Larger mean photon number in the X basis.</param>
/// <param name="W">Smaller mean photon number in the X basis.</param>
/// <param name="Pz">Probability of z.</param>
/// <param name="Pv">Probability of v.</param>
/// <param name="Pw">Probability of w.</param>
internal sealed record SourceLevels(double Z, double V, double W, double Pz, double Pv, double Pw)
{
    private const double IntensityMax = SourceSettings.IntensityMicroMax * 1e-6;

    /// <summary>The integers that the sampler uses.</summary>
    internal SourceSettings ToSettings() => SourceSettings.FromReal(Z, V, W, Pz, Pv, Pw);

    internal NetworkFault? Fault(string path) =>
        NetworkFault.Outside($"{path}.z", Z, 1e-6, IntensityMax)
        ?? NetworkFault.Outside($"{path}.v", V, 1e-6, IntensityMax)
        ?? NetworkFault.Outside($"{path}.w", W, 1e-6, IntensityMax)
        ?? NetworkFault.Outside($"{path}.pz", Pz, 0, 1)
        ?? NetworkFault.Outside($"{path}.pv", Pv, 0, 1)
        ?? NetworkFault.Outside($"{path}.pw", Pw, 0, 1)
        ?? (ToSettings().Fault() is { } fault ? new NetworkFault(path, $"{path}: {fault}") : null);
}
