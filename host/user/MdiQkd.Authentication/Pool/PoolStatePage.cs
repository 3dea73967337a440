using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// Everything about a pool that changes: segments with their cursors, channel roots, ids retired lately.
/// </summary>
/// <remarks>
/// Design: a pool file is a header page, two state pages, and the records of the segments. A change writes the whole
/// state to the page that is not the newest, with the next sequence number, and flushes; the valid page with the
/// higher number counts. So a crash leaves either the state before or the state after.
/// Trade-offs: 4 KiB per tag instead of a few bytes (the flush costs a thousand times more), in exchange for one
/// atomic step that covers cursors, segments and roots together.
/// </remarks>
internal sealed class PoolStatePage
{
    internal const int PageBytes = 4096;
    internal const int SegmentsMax = 48;
    internal const int RootsMax = 4;
    internal const int RetiredMax = 32;

    private const int SegmentAt = 24;
    private const int SegmentEntryBytes = 40;
    private const int RootAt = SegmentAt + (SegmentsMax * SegmentEntryBytes);
    private const int RootEntryBytes = 56;
    private const int RetiredAt = RootAt + (RootsMax * RootEntryBytes);
    private const int ChecksumAt = PageBytes - sizeof(uint);
    private const int PeerHoldsFlag = 1;
    private const int ProvisionedFlag = 2;

    internal long Sequence { get; set; }

    /// <summary>Oldest first.</summary>
    internal List<PoolSegment> Segments { get; } = [];

    /// <summary>Oldest first.</summary>
    internal List<PoolRoot> Roots { get; } = [];

    /// <summary>Oldest first.</summary>
    internal List<BlockId> Retired { get; } = [];

    private static ReadOnlySpan<byte> Magic => "MQKSTATE"u8;

    internal void Write(Span<byte> page)
    {
        page.Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteInt64BigEndian(page[8..], Sequence);
        page[16] = (byte)Segments.Count;
        page[17] = (byte)Roots.Count;
        page[18] = (byte)Retired.Count;
        for (int i = 0; i < Segments.Count; i++)
        {
            Span<byte> entry = page[(SegmentAt + (i * SegmentEntryBytes))..];
            PoolSegment segment = Segments[i];
            segment.Id.Write(entry);
            BinaryPrimitives.WriteInt64BigEndian(entry[16..], segment.Extent);
            BinaryPrimitives.WriteInt32BigEndian(entry[24..], segment.Pads);
            BinaryPrimitives.WriteInt32BigEndian(entry[28..], segment.SendCursor);
            BinaryPrimitives.WriteInt32BigEndian(entry[32..], segment.ReceiveCursor);
            int flags = (segment.PeerHolds ? PeerHoldsFlag : 0) | (segment.IsProvisioned ? ProvisionedFlag : 0);
            BinaryPrimitives.WriteInt32BigEndian(entry[36..], flags);
        }

        for (int i = 0; i < Roots.Count; i++)
        {
            Span<byte> entry = page[(RootAt + (i * RootEntryBytes))..];
            Roots[i].Id.Write(entry);
            Roots[i].Key.CopyTo(entry[16..]);
            BinaryPrimitives.WriteInt32BigEndian(entry[48..], Roots[i].PeerHolds ? PeerHoldsFlag : 0);
        }

        for (int i = 0; i < Retired.Count; i++)
        {
            Retired[i].Write(page[(RetiredAt + (i * BlockId.Size))..]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(page[ChecksumAt..], PoolRecords.Checksum(page[..ChecksumAt]));
    }

    internal static bool TryRead(ReadOnlySpan<byte> page, [NotNullWhen(true)] out PoolStatePage? state)
    {
        state = null;
        if (!page.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32BigEndian(page[ChecksumAt..]) != PoolRecords.Checksum(page[..ChecksumAt])
            || page[16] > SegmentsMax
            || page[17] > RootsMax
            || page[18] > RetiredMax)
        {
            return false;
        }

        PoolStatePage read = new() { Sequence = BinaryPrimitives.ReadInt64BigEndian(page[8..]) };
        for (int i = 0; i < page[16]; i++)
        {
            PoolSegment segment = ReadSegment(page.Slice(SegmentAt + (i * SegmentEntryBytes), SegmentEntryBytes));
            if (segment.Pads is < 1 or > KeyPool.PadsPerSegmentMax
                || segment.Extent < KeyPool.RecordsAt
                || segment.SendCursor < 0
                || segment.SendCursor > segment.Pads
                || segment.ReceiveCursor < 0
                || segment.ReceiveCursor > segment.Pads)
            {
                return false;
            }

            read.Segments.Add(segment);
        }

        for (int i = 0; i < page[17]; i++)
        {
            ReadOnlySpan<byte> entry = page.Slice(RootAt + (i * RootEntryBytes), RootEntryBytes);
            byte[] key = GC.AllocateUninitializedArray<byte>(KeyPool.RootBytes, pinned: true);
            entry.Slice(16, KeyPool.RootBytes).CopyTo(key);
            bool peerHolds = BinaryPrimitives.ReadInt32BigEndian(entry[48..]) != 0;
            read.Roots.Add(new PoolRoot { Id = BlockId.Read(entry), Key = key, PeerHolds = peerHolds });
        }

        for (int i = 0; i < page[18]; i++)
        {
            read.Retired.Add(BlockId.Read(page[(RetiredAt + (i * BlockId.Size))..]));
        }

        state = read;
        return true;
    }

    private static PoolSegment ReadSegment(ReadOnlySpan<byte> entry)
    {
        int flags = BinaryPrimitives.ReadInt32BigEndian(entry[36..]);
        return new PoolSegment
        {
            Id = BlockId.Read(entry),
            Extent = BinaryPrimitives.ReadInt64BigEndian(entry[16..]),
            Pads = BinaryPrimitives.ReadInt32BigEndian(entry[24..]),
            SendCursor = BinaryPrimitives.ReadInt32BigEndian(entry[28..]),
            ReceiveCursor = BinaryPrimitives.ReadInt32BigEndian(entry[32..]),
            PeerHolds = (flags & PeerHoldsFlag) != 0,
            IsProvisioned = (flags & ProvisionedFlag) != 0,
        };
    }
}
