using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>One segment as the state page holds it, and what is known of it only while the pool is open.</summary>
internal sealed class PoolSegment
{
    internal required BlockId Id { get; init; }

    /// <summary>File offset of its records.</summary>
    internal required long Extent { get; init; }

    /// <summary>Pads per direction.</summary>
    internal required int Pads { get; init; }

    /// <summary>Next offset to send with.</summary>
    internal int SendCursor { get; set; }

    /// <summary>Lowest offset still accepted.</summary>
    internal int ReceiveCursor { get; set; }

    internal bool PeerHolds { get; set; }

    internal bool IsProvisioned { get; init; }

    /// <summary>Messages being built that will take a pad each.</summary>
    internal int OpenSeals { get; set; }

    internal bool IsRetired { get; set; }

    /// <summary>Bad tags by offset; at most ForwardJumpMax + 1 entries, since other offsets are refused unseen.</summary>
    internal Dictionary<int, int> BadTags { get; } = [];

    internal bool IsSpent => SendCursor == Pads && ReceiveCursor == Pads && OpenSeals == 0;

    internal long ExtentBytes => PoolRecords.SegmentBytes(Pads);
}
