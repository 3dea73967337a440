namespace MdiQkd.Reconciliation.Decoding;

/// <summary>A circulant as the decoder addresses it.</summary>
/// <param name="Start">First lane of its column block among the posteriors.</param>
/// <param name="Shift">Rotation.</param>
internal readonly record struct Circulant(int Start, uint Shift);
