using System.Net;
using MdiQkd.KeyMaterial.Randomness;
using MdiQkd.Protocol;

namespace MdiQkd.Node;

/// <summary>Configuration of a user node, read from one JSON file. Relative paths are relative to that file.</summary>
/// <param name="Node">Name of this node; also the common name of its certificate.</param>
/// <param name="Hub">Base address of the hub, for example <c>https://10.0.0.1:7000</c>.</param>
/// <param name="HubName">Common name that the hub's certificate must carry.</param>
/// <param name="Certificate">PEM file with this node's certificate.</param>
/// <param name="CertificateKey">PEM file with its private key.</param>
/// <param name="TrustAnchor">PEM file of the certificate authority of nodes, hub and applications.</param>
/// <param name="Listen">Address and port of key delivery and management; port 0 takes a free one.</param>
/// <param name="Encoder">Address and port of the state encoder.</param>
/// <param name="DataDirectory">Folder of the key store, block state and authentication pools.</param>
/// <param name="Timing">Slot raster, equal in the whole network.</param>
/// <param name="Pilots">Pilot slots, equal in the whole network.</param>
/// <param name="Block">Shape of the blocks.</param>
/// <param name="Peers">The users that this node makes keys with.</param>
/// <param name="Applications">SAE id to node name, for all applications of the network.</param>
/// <param name="Operators">Common names of the certificates that may read the management pages.</param>
/// <param name="Randomness">Hardware source of randomness; null takes the operating system's generator alone.</param>
/// <param name="AcceptComputationalPools">
/// Whether pools whose first keys come from <c>mdiqkd pool offer</c> and not from an operator's hands are taken; off unless it is set.
/// </param>
public sealed record NodeConfiguration(
    string Node,
    string Hub,
    string HubName,
    string Certificate,
    string CertificateKey,
    string TrustAnchor,
    string Listen,
    string Encoder,
    string DataDirectory,
    SlotTiming Timing,
    PilotPattern Pilots,
    BlockSettings Block,
    IReadOnlyList<PeerSettings> Peers,
    IReadOnlyDictionary<string, string> Applications,
    IReadOnlyList<string> Operators,
    NoiseSourceSettings? Randomness = null,
    bool AcceptComputationalPools = false)
{
    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault()
    {
        if (!ParticipantName.IsValid(Node))
        {
            return $"node = '{Node}': {ParticipantName.Rule}";
        }

        if (!Uri.TryCreate(Hub, UriKind.Absolute, out Uri? hub) || hub.Scheme != Uri.UriSchemeHttps)
        {
            return $"hub = '{Hub}': an https address is needed, such as https://10.0.0.1:7000";
        }

        foreach ((string key, string value) in new[] { ("listen", Listen), ("encoder", Encoder) })
        {
            if (!IPEndPoint.TryParse(value, out _))
            {
                return $"{key} = '{value}': an IP address and port is needed, such as 127.0.0.1:7100";
            }
        }

        if (Timing.Fault() is { } timing)
        {
            return $"timing: {timing}";
        }

        if (Pilots.Fault() is { } pilots)
        {
            return $"pilots: {pilots}";
        }

        if (Randomness?.Fault() is { } randomness)
        {
            return $"randomness: {randomness}";
        }

        if (Block.Fault() is { } block)
        {
            return $"block: {block}";
        }

        foreach (PeerSettings peer in Peers)
        {
            if (!ParticipantName.IsValid(peer.Node) || peer.Node == Node)
            {
                return $"peers: node = '{peer.Node}': {ParticipantName.Rule}, and not this node itself";
            }

            if (peer.Fault(Timing) is { } fault)
            {
                return $"peers[{peer.Node}].{fault}";
            }
        }

        return Peers.Select(peer => peer.Node).Distinct(StringComparer.Ordinal).Count() != Peers.Count
            ? "peers: a node is named twice"
            : null;
    }
}
