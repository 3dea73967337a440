using MdiQkd.Protocol;

namespace MdiQkd.Node;

/// <summary>What this node fixes for one peer.</summary>
/// <param name="Node">Name of the peer.</param>
/// <param name="Source">Intensities and label weights of this node towards the peer.</param>
/// <param name="PeerSource">Settings that this node accepts from the peer; null accepts any valid settings.</param>
public sealed record PeerSettings(string Node, SourceSettings Source, SourceSettings? PeerSource = null);
