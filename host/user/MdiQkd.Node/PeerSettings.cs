using MdiQkd.Protocol;

namespace MdiQkd.Node;

/// <summary>What this node fixes for one peer.</summary>
/// <param name="Node">Name of the peer.</param>
/// <param name="Source">
/// Intensities and label weights of this node towards the peer; null leaves them to the optimiser when a block is planned, which needs
/// <paramref name="Link"/>.
/// </param>
/// <param name="PeerSource">Settings that this node accepts from the peer; null accepts any valid settings.</param>
/// <param name="Link">
/// What this node believes about the channel. With it a plan whose expected key is less than
/// <see cref="KeyRate.Planning.KeyMargin.PlannedSigmas"/> of its standard deviations is neither proposed nor accepted (PROTOCOL 1.2).
/// </param>
public sealed record PeerSettings(
    string Node, SourceSettings? Source = null, SourceSettings? PeerSource = null, LinkModel? Link = null)
{
    /// <summary>What is wrong, or null.</summary>
    public string? Fault(SlotTiming timing) =>
        Source?.Fault() is { } source ? $"source: {source}"
        : PeerSource?.Fault() is { } peerSource ? $"peerSource: {peerSource}"
        : Link?.Fault(timing) is { } link ? $"link: {link}"
        : Source is null && Link is null ? "source: missing; without it 'link' is needed, from which the settings are optimised"
        : null;
}
