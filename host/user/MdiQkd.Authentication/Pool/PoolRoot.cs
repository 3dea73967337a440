using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>A root key of the peer channel.</summary>
internal sealed class PoolRoot
{
    internal required BlockId Id { get; init; }

    internal required byte[] Key { get; init; }

    internal bool PeerHolds { get; set; }
}
