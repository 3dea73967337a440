using System.Security.Cryptography;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// Reads and checks a pool file. What a crash can leave behind is repaired towards "spent"; anything else that is
/// not as it was written is refused, because a cursor that went back would use a pad twice.
/// </summary>
internal static class PoolLoader
{
    /// <summary>The file, or null and the fault. The storage stays the caller's on failure.</summary>
    internal static PoolFile? Load(
        PoolStorage storage, string node, string peer, PadDirection sending, out KeyPoolFault fault, out string detail)
    {
        fault = KeyPoolFault.Damaged;
        detail = "";
        Span<byte> page = GC.AllocateArray<byte>(PoolStatePage.PageBytes, pinned: true);
        if (storage.Length < KeyPool.RecordsAt)
        {
            fault = storage.Length < PoolStatePage.PageBytes ? KeyPoolFault.NotAPool : KeyPoolFault.Truncated;
            detail = $"it ends after {storage.Length} bytes";
            return null;
        }

        storage.Read(0, page);
        if (PoolHeader.TryRead(page, out string fileNode, out string filePeer, out bool isComputational) is { } headerFault)
        {
            fault = headerFault;
            detail = headerFault == KeyPoolFault.NotAPool ? "it has no pool header" : "its header fails the checksum";
            return null;
        }

        if (fileNode != node || filePeer != peer)
        {
            fault = fileNode != node ? KeyPoolFault.WrongNode : KeyPoolFault.WrongPeer;
            detail = $"it belongs to node {fileNode} with peer {filePeer}, wanted node {node} with peer {peer}";
            return null;
        }

        PoolStatePage? newest = ReadNewestState(storage, page, out bool oneIsDamaged);
        CryptographicOperations.ZeroMemory(page);
        if (newest is null)
        {
            detail = "both state pages fail their checksum";
            return null;
        }

        PoolFile file = new(storage, newest) { IsComputational = isComputational };
        bool changed = oneIsDamaged;
        foreach (PoolSegment segment in newest.Segments)
        {
            if (segment.Extent + segment.ExtentBytes > storage.Length)
            {
                fault = KeyPoolFault.Truncated;
                detail = $"segment {segment.Id} lies beyond its end";
                return null;
            }

            if (oneIsDamaged)
            {
                // The lost page may have been newer by one step: one pad at most went out under it.
                segment.SendCursor = Math.Min(segment.SendCursor + 1, segment.Pads);
            }

            if (!TryCheckRecords(storage, file, segment, sending, ref changed))
            {
                detail = $"a key record of segment {segment.Id} fails its checksum";
                return null;
            }
        }

        if (changed)
        {
            file.Commit();
        }

        file.EraseFreeSpace();
        return file;
    }

    private static PoolStatePage? ReadNewestState(PoolStorage storage, Span<byte> page, out bool oneIsDamaged)
    {
        PoolStatePage? newest = null;
        oneIsDamaged = false;
        for (long i = 0; i < 2; i++)
        {
            storage.Read(PoolFile.StatePageAt(i), page);
            if (!PoolStatePage.TryRead(page, out PoolStatePage? state))
            {
                oneIsDamaged = true;
            }
            else if (newest is null || state.Sequence > newest.Sequence)
            {
                newest = state;
            }
        }

        return newest;
    }

    private static bool TryCheckRecords(
        PoolStorage storage, PoolFile file, PoolSegment segment, PadDirection sending, ref bool changed)
    {
        byte[] records = GC.AllocateArray<byte>((int)segment.ExtentBytes, pinned: true);
        try
        {
            storage.Read(segment.Extent, records);
            for (int d = 0; d < 2; d++)
            {
                PadDirection direction = (PadDirection)d;
                int stored = direction == sending ? segment.SendCursor : segment.ReceiveCursor;
                ReadOnlySpan<byte> half = records.AsSpan(
                    d * (segment.Pads + 1) * PoolRecords.RecordBytes, (segment.Pads + 1) * PoolRecords.RecordBytes);

                // Pads are zeroed after use: a zero pad at the cursor is a second witness that it was used.
                int cursor = stored;
                while (cursor < segment.Pads && PoolRecords.IsSpent(Record(half, cursor)))
                {
                    cursor++;
                }

                for (int i = PoolRecords.HashKeyIndex; i < segment.Pads; i++)
                {
                    bool isDead = i >= 0 && i < cursor;
                    if (!isDead && !PoolRecords.IsIntact(Record(half, i), segment.Id, direction, i))
                    {
                        return false;
                    }
                }

                file.ErasePads(segment, direction, 0, cursor);
                changed |= cursor != stored;
                if (direction == sending)
                {
                    segment.SendCursor = cursor;
                }
                else
                {
                    segment.ReceiveCursor = cursor;
                }
            }

            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(records);
        }
    }

    private static ReadOnlySpan<byte> Record(ReadOnlySpan<byte> half, int index) =>
        half.Slice((index + 1) * PoolRecords.RecordBytes, PoolRecords.RecordBytes);
}
