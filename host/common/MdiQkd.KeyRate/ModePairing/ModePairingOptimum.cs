namespace MdiQkd.KeyRate.ModePairing;

/// <summary>Best settings of a mode-pairing block and what they are expected to bring.</summary>
/// <param name="A">Settings of A.</param>
/// <param name="B">Settings of B.</param>
/// <param name="PairingRoundsMax">Longest distance of two paired rounds.</param>
/// <param name="Block">Expected block; no key if its <see cref="ModePairingBlock.Ell"/> is 0 or less.</param>
public sealed record ModePairingOptimum(
    ModePairingUser A, ModePairingUser B, double PairingRoundsMax, ModePairingBlock Block);
