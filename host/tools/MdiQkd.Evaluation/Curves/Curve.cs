namespace MdiQkd.Evaluation.Curves;

/// <summary>A protocol and an analysis that a scenario is evaluated with.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Label">As in reports.</param>
/// <param name="Note">What a reader must know about it.</param>
internal sealed record Curve(string Name, string Label, string Note)
{
    /// <summary>Four intensities, finite block: what the nodes run.</summary>
    internal static Curve Four { get; } = new(
        "four", "four intensities", "What the network runs: finite block, settings of both users optimised at every point.");

    /// <summary>Four intensities, key ready after the block's time although the hub is shared.</summary>
    internal static Curve FourInTime { get; } = new(
        "four-in-time", "four intensities, key within the block time",
        "As four intensities, but the block's time runs on while other pairs have their turn.");

    /// <summary>Four intensities with both Bell states.</summary>
    internal static Curve FourBothBell { get; } = new(
        "four-both-bell", "four intensities, both Bell states",
        "|ψ⁺⟩ needs two clicks of one detector in one slot: only detectors that recover between the bins see it.");

    /// <summary>Three intensities, finite block.</summary>
    internal static Curve Three { get; } = new(
        "three", "three intensities", "Signal and stronger decoy share one intensity; finite block, optimised.");

    /// <summary>Infinitely many slots and decoy intensities.</summary>
    internal static Curve Infinite { get; } = new(
        "infinite", "infinite decoys, infinite block", "Single-photon pairs known; key basis chosen almost always.");

    /// <summary>Mode pairing, finite block.</summary>
    internal static Curve ModePairing { get; } = new(
        "mode-pairing", "mode pairing (evaluation only)",
        "Theory for comparison, not part of the product: one round per slot, three intensities, finite block, optimised.");

    /// <summary>Mode pairing, infinitely many rounds.</summary>
    internal static Curve ModePairingInfinite { get; } = new(
        "mode-pairing-infinite", "mode pairing, infinite (evaluation only)",
        "Theory for comparison, not part of the product: single-photon pairs known.");

    /// <summary>Repeaterless bound of the fibre.</summary>
    internal static Curve Repeaterless { get; } = new(
        "repeaterless", "repeaterless bound of the fibre",
        "−log2(1 − η) per slot with η of the fibre between the users, without hub and detectors (Pirandola et al. 2017).");

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<Curve> All { get; } =
        [Four, FourInTime, FourBothBell, Three, Infinite, ModePairing, ModePairingInfinite, Repeaterless];
}
