namespace MdiQkd.Reconciliation.Decoding;

/// <summary>A circulant as the coarse pass addresses it.</summary>
/// <param name="Start">First lane of its column block among the posteriors.</param>
/// <param name="Shift">Rotation.</param>
/// <param name="Message">First lane of its messages within those of each two vectors of the row.</param>
/// <param name="Column">Its column block.</param>
internal readonly record struct ActiveCirculant(int Start, uint Shift, int Message, int Column);
