using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>The open file of a pool: its state and the few steps that change it. Callers hold the pool's lock.</summary>
internal sealed class PoolFile : IDisposable
{
    private readonly PoolStorage storage;
    private readonly byte[] page = GC.AllocateArray<byte>(PoolStatePage.PageBytes, pinned: true);

    internal PoolFile(PoolStorage storage, PoolStatePage state)
    {
        this.storage = storage;
        State = state;
    }

    internal PoolStatePage State { get; }

    /// <summary>Whether its first segment comes from a bootstrap.</summary>
    internal bool IsComputational { get; init; }

    public void Dispose()
    {
        foreach (PoolRoot root in State.Roots)
        {
            CryptographicOperations.ZeroMemory(root.Key);
        }

        storage.Dispose();
    }

    /// <summary>Makes the state durable: the older page is overwritten, then flushed.</summary>
    internal void Commit()
    {
        State.Sequence++;
        State.Write(page);
        storage.Write(StatePageAt(State.Sequence), page);
        storage.Flush();
        CryptographicOperations.ZeroMemory(page);
    }

    internal static long StatePageAt(long sequence) => PoolStatePage.PageBytes * (1 + (sequence & 1));

    /// <summary>Copies 16 key bytes; false if the record fails its checksum or was spent.</summary>
    internal bool TryReadKey(PoolSegment segment, PadDirection direction, int index, Span<byte> key)
    {
        Span<byte> record = stackalloc byte[PoolRecords.RecordBytes];
        storage.Read(PoolRecords.Position(segment, direction, index), record);
        bool intact = !PoolRecords.IsSpent(record) && PoolRecords.IsIntact(record, segment.Id, direction, index);
        record[..PoolRecords.KeyBytes].CopyTo(key);
        CryptographicOperations.ZeroMemory(record);
        return intact;
    }

    /// <summary>
    /// Zeroes the pads [from, to). Not flushed: the cursor that forbids them is durable already, and the next flush
    /// carries this along.
    /// </summary>
    internal void ErasePads(PoolSegment segment, PadDirection direction, int from, int to) =>
        EraseRange(PoolRecords.Position(segment, direction, from), (long)(to - from) * PoolRecords.RecordBytes);

    /// <summary>Writes the records of a new segment into free space, durably; the state does not name them yet.</summary>
    /// <param name="id">The segment.</param>
    /// <param name="keyBytes">Per direction: hash key, then pads, 16 bytes each.</param>
    /// <param name="pads">Pads per direction.</param>
    /// <param name="provisioned">Whether both nodes hold it from the start.</param>
    internal PoolSegment WriteSegment(BlockId id, ReadOnlySpan<byte> keyBytes, int pads, bool provisioned)
    {
        PoolSegment segment = new()
        {
            Id = id,
            Extent = FreeExtent(PoolRecords.SegmentBytes(pads)),
            Pads = pads,
            PeerHolds = provisioned,
            IsProvisioned = provisioned,
        };
        byte[] records = GC.AllocateArray<byte>((int)segment.ExtentBytes, pinned: true);
        try
        {
            for (int i = 0; i < 2 * (pads + 1); i++)
            {
                PoolRecords.Write(
                    records.AsSpan(i * PoolRecords.RecordBytes),
                    keyBytes[(i * PoolRecords.KeyBytes)..],
                    id,
                    (PadDirection)(i / (pads + 1)),
                    (i % (pads + 1)) - 1);
            }

            storage.Write(segment.Extent, records);
            storage.Flush();
            return segment;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(records);
        }
    }

    /// <summary>Takes a segment out of the state, durably, then zeroes its records.</summary>
    internal void Remove(PoolSegment segment)
    {
        State.Segments.Remove(segment);
        State.Retired.Add(segment.Id);
        if (State.Retired.Count > PoolStatePage.RetiredMax)
        {
            State.Retired.RemoveAt(0);
        }

        segment.IsRetired = true;
        Commit();
        EraseRange(segment.Extent, segment.ExtentBytes);
        storage.Flush();
    }

    /// <summary>Zeroes space that no segment owns: a crash may have left records there.</summary>
    internal void EraseFreeSpace()
    {
        long at = KeyPool.RecordsAt;
        foreach (PoolSegment segment in State.Segments.OrderBy(s => s.Extent))
        {
            EraseRange(at, segment.Extent - at);
            at = segment.Extent + segment.ExtentBytes;
        }

        EraseRange(at, storage.Length - at);
    }

    private long FreeExtent(long bytes)
    {
        long at = KeyPool.RecordsAt;
        foreach (PoolSegment segment in State.Segments.OrderBy(s => s.Extent))
        {
            if (segment.Extent - at >= bytes)
            {
                return at;
            }

            at = segment.Extent + segment.ExtentBytes;
        }

        return at;
    }

    private void EraseRange(long at, long bytes)
    {
        Span<byte> zeros = stackalloc byte[PoolRecords.RecordBytes];
        zeros.Clear();
        if (bytes > zeros.Length)
        {
            zeros = new byte[Math.Min(bytes, 1 << 16)];
        }

        for (; bytes > 0; bytes -= zeros.Length, at += zeros.Length)
        {
            zeros = zeros[..(int)Math.Min(bytes, zeros.Length)];
            storage.Write(at, zeros);
        }
    }
}
