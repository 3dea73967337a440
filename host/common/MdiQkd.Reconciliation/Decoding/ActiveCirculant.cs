namespace MdiQkd.Reconciliation.Decoding;

/// <summary>A circulant as the coarse pass addresses it: small, since each row reads all of its own.</summary>
/// <param name="Lane">First lane of its column block among the posteriors; where Z is two vectors, the lane that the first check sees.</param>
/// <param name="Turn">Rotation; where Z is two vectors, from the lanes that the first vector sees to those of the second, ±Z/2.</param>
/// <param name="Message">First lane of its messages within those of each two vectors of the row.</param>
internal readonly record struct ActiveCirculant(uint Lane, short Turn, ushort Message);
