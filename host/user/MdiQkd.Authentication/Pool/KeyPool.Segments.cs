using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <content>Segments and channel roots: how they come and go.</content>
public sealed partial class KeyPool
{
    /// <summary>The newest channel root that the peer is known to hold, or null.</summary>
    internal BlockId? NewestSharedRoot
    {
        get
        {
            lock (gate)
            {
                return file.State.Roots.FindLast(r => r.PeerHolds)?.Id;
            }
        }
    }

    /// <summary>Key bytes that a segment of this many pads per direction is made from: 2·16·(1 + pads).</summary>
    public static int SegmentKeyBytes(int padsPerDirection) => 2 * PoolRecords.KeyBytes * (1 + padsPerDirection);

    /// <summary>
    /// Takes key of a finished block into the pool, durably. From now on the node accepts tags under it, and may tell
    /// the peer that it holds it; it sends under it only after <see cref="MarkPeerHolds"/>.
    /// </summary>
    /// <param name="id">The block; never one whose segment was retired.</param>
    /// <param name="keyBytes">
    /// <see cref="SegmentKeyBytes"/> bytes: for direction 0 the hash key and the pads, then for direction 1. Remains
    /// the caller's, to zero.
    /// </param>
    /// <exception cref="ArgumentException">The length fits no whole number of pads from 1 to the maximum.</exception>
    public SegmentOutcome AddSegment(BlockId id, ReadOnlySpan<byte> keyBytes)
    {
        int pads = (keyBytes.Length / (2 * PoolRecords.KeyBytes)) - 1;
        if (pads is < 1 or > PadsPerSegmentMax || SegmentKeyBytes(pads) != keyBytes.Length)
        {
            throw new ArgumentException("The length fits no segment.", nameof(keyBytes));
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (failed)
            {
                return SegmentOutcome.StorageFailed;
            }

            if (file.State.Segments.Exists(s => s.Id == id))
            {
                return SegmentOutcome.AlreadyDone;
            }

            if (file.State.Retired.Contains(id))
            {
                return SegmentOutcome.Retired;
            }

            if (file.State.Segments.Count == PoolStatePage.SegmentsMax)
            {
                return SegmentOutcome.TooMany;
            }

            PoolSegment segment;
            try
            {
                segment = file.WriteSegment(id, keyBytes, pads, provisioned: false);
            }
            catch (IOException)
            {
                // No state page names the segment: what is in the file stands.
                return SegmentOutcome.NotWritten;
            }

            file.State.Segments.Add(segment);
            return TryStore(file.Commit) ? SegmentOutcome.Done : SegmentOutcome.StorageFailed;
        }
    }

    /// <summary>
    /// Notes, durably, that the peer has acknowledged (authenticated) that it holds a segment: it may be sent with.
    /// </summary>
    public SegmentOutcome MarkPeerHolds(BlockId id)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            PoolSegment? segment = file.State.Segments.Find(s => s.Id == id);
            if (failed || segment is null)
            {
                return failed ? SegmentOutcome.StorageFailed : SegmentOutcome.Unknown;
            }

            if (segment.PeerHolds)
            {
                return SegmentOutcome.AlreadyDone;
            }

            segment.PeerHolds = true;
            return TryStore(file.Commit) ? SegmentOutcome.Done : SegmentOutcome.StorageFailed;
        }
    }

    /// <summary>
    /// Drops a segment with what is left in it: zeroed and removed. Spent segments go by themselves. For a block that
    /// the pair gave up together; messages under it are refused from now on.
    /// </summary>
    public SegmentOutcome Retire(BlockId id)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            PoolSegment? segment = file.State.Segments.Find(s => s.Id == id);
            if (failed || segment is null)
            {
                return failed ? SegmentOutcome.StorageFailed : SegmentOutcome.Unknown;
            }

            return TryStore(() => file.Remove(segment)) ? SegmentOutcome.Done : SegmentOutcome.StorageFailed;
        }
    }

    /// <summary>Stores a channel root, durably. Beyond four, the oldest one that is not in use goes.</summary>
    internal SegmentOutcome AddRoot(BlockId id, ReadOnlySpan<byte> key)
    {
        if (key.Length != RootBytes)
        {
            throw new ArgumentException($"A root key has {RootBytes} bytes.", nameof(key));
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (failed || file.State.Roots.Exists(r => r.Id == id))
            {
                return failed ? SegmentOutcome.StorageFailed : SegmentOutcome.AlreadyDone;
            }

            PoolRoot? dropped = null;
            if (file.State.Roots.Count == PoolStatePage.RootsMax)
            {
                PoolRoot? newestShared = file.State.Roots.FindLast(r => r.PeerHolds);
                dropped = file.State.Roots.Find(r => r != newestShared)!;
                file.State.Roots.Remove(dropped);
                CryptographicOperations.ZeroMemory(dropped.Key);
            }

            byte[] copy = GC.AllocateUninitializedArray<byte>(RootBytes, pinned: true);
            key.CopyTo(copy);
            file.State.Roots.Add(new PoolRoot { Id = id, Key = copy });
            bool stored = TryStore(file.Commit);
            if (dropped is not null)
            {
                stored = stored && TryStore(file.Commit); // overwrites the other page too: the old key is gone
            }

            return stored ? SegmentOutcome.Done : SegmentOutcome.StorageFailed;
        }
    }

    /// <summary>Notes, durably, that the peer has acknowledged that it holds a root.</summary>
    internal SegmentOutcome MarkRootPeerHolds(BlockId id)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            PoolRoot? root = file.State.Roots.Find(r => r.Id == id);
            if (failed || root is null || root.PeerHolds)
            {
                return failed ? SegmentOutcome.StorageFailed
                    : root is null ? SegmentOutcome.Unknown
                    : SegmentOutcome.AlreadyDone;
            }

            root.PeerHolds = true;
            return TryStore(file.Commit) ? SegmentOutcome.Done : SegmentOutcome.StorageFailed;
        }
    }

    /// <summary>Copies a root key; false if it is not held.</summary>
    internal bool TryCopyRoot(BlockId id, Span<byte> key)
    {
        lock (gate)
        {
            PoolRoot? root = file.State.Roots.Find(r => r.Id == id);
            root?.Key.CopyTo(key);
            return root is not null;
        }
    }
}
