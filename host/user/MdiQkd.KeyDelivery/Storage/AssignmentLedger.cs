using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// Assignments over the chunks of a key store: durable steps of the issuing node (reserve, commit or abandon, burnt) and of
/// the receiving node (accept, fetch, burn). Every step is one transaction and may be repeated.
/// </summary>
internal sealed class AssignmentLedger(string node, StoreDatabase database, ChunkSealer sealer)
{
    /// <summary>Reserves the oldest issuable chunks for one assignment; null (and no change) if there are too few.</summary>
    public Assignment? Reserve(Guid id, string peer, string master, string slave, int number, int sizeBits, DateTimeOffset now)
    {
        int needed = number * ChunkReference.PerKey(sizeBits);
        return database.Write("reserve", () =>
        {
            List<(byte[] KeyId, ChunkReference Chunk)> free = database.Rows(
                row => (row.GetFieldValue<byte[]>(0),
                    new ChunkReference(BlockId.Read(row.GetFieldValue<byte[]>(1)), row.GetInt32(2))),
                """
                SELECT chunk.key_id, block.block, chunk.position FROM chunk JOIN block ON block.id = chunk.block
                WHERE chunk.peer = $peer AND chunk.state = $confirmed AND chunk.issued_here = 1
                ORDER BY chunk.block, chunk.position LIMIT $needed
                """,
                ("$peer", peer), ("$confirmed", (int)ChunkState.Confirmed), ("$needed", needed));
            if (free.Count < needed)
            {
                return null;
            }
            Assignment assignment = new(id, master, slave, sizeBits, free.ConvertAll(row => row.Chunk));
            long row = Insert(peer, assignment, AssignmentState.Issuing, [], now);
            for (int part = 0; part < needed; part++)
            {
                Bind(free[part].KeyId, row, part);
            }
            return assignment;
        });
    }

    /// <summary>
    /// Delivers an acknowledged assignment of this node: yields its keys, whose chunks and assignment no longer exist here.
    /// Null if it is not waiting any more.
    /// </summary>
    public List<DeliveredKey>? Commit(Guid id)
    {
        List<DeliveredKey> keys = [];
        return Deliver("commit", keys, () =>
        {
            if (Find(id) is not { State: AssignmentState.Issuing } found)
            {
                return null;
            }
            Assemble(found, 0, int.MaxValue, keys);
            Destroy(found.Row);
            return keys;
        });
    }

    /// <summary>Erases the key bits of an assignment of this node whose caller is gone; the peer is to burn it too.</summary>
    public bool Abandon(Guid id) => database.Write("abandon", () =>
    {
        if (Find(id) is not { State: AssignmentState.Issuing } found)
        {
            return false;
        }
        database.Execute("UPDATE assignment SET state = $burning WHERE id = $row",
            ("$burning", (int)AssignmentState.Burning), ("$row", found.Row));
        database.Execute("UPDATE chunk SET sealed = NULL WHERE assignment = $row", ("$row", found.Row));
        return true;
    });

    /// <summary>Forgets an assignment that the peer has burnt.</summary>
    public bool Burnt(Guid id) => database.Write("burnt", () =>
    {
        if (Find(id) is not { State: AssignmentState.Burning } found)
        {
            return false;
        }
        Destroy(found.Row);
        return true;
    });

    /// <summary>Identities of assignments of this node to this peer that are neither delivered nor burnt, oldest first.</summary>
    public IReadOnlyList<Guid> Unfinished(string peer) => database.Read(() => database.Rows(
        row => new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true),
        "SELECT assignment FROM assignment WHERE peer = $peer AND state IN ($issuing, $burning) ORDER BY id",
        ("$peer", peer), ("$issuing", (int)AssignmentState.Issuing), ("$burning", (int)AssignmentState.Burning)));

    /// <summary>What the peer is to burn, or null if nothing (any more).</summary>
    public Assignment? Burning(Guid id) => database.Read(() =>
        Find(id) is { State: AssignmentState.Burning } found
            ? new Assignment(id, found.Master, found.Slave, found.SizeBits, ChunksOf(found.Row))
            : null);

    /// <summary>Stores an assignment of the peer, whose chunks the slave may then fetch; confirms pending blocks by the way.</summary>
    /// <remarks>The peer assigns only chunks of blocks that it knows to be stored at both nodes; so the block is confirmed.</remarks>
    public AcceptStatus Accept(string peer, Assignment assignment, byte[] digest, DateTimeOffset now) => database.Write("accept", () =>
    {
        if (Find(assignment.Id) is { } known)
        {
            return known.State == AssignmentState.Fetchable && known.Peer == peer && known.Digest.AsSpan().SequenceEqual(digest)
                ? AcceptStatus.Accepted
                : AcceptStatus.Malformed;
        }
        List<byte[]> keyIds = [];
        HashSet<ChunkReference> seen = [];
        foreach (ChunkReference chunk in assignment.Chunks)
        {
            if (KeyStore.Issues(node, peer, chunk.Index))
            {
                return AcceptStatus.NotIssuer;
            }
            if (!seen.Add(chunk))
            {
                return AcceptStatus.Malformed;
            }
            if (FreeChunk(peer, chunk) is not byte[] keyId)
            {
                return AcceptStatus.KeysNotHeld;
            }
            keyIds.Add(keyId);
        }
        foreach (BlockId block in assignment.Chunks.Select(chunk => chunk.Block).Distinct())
        {
            ConfirmBlock(peer, block, null);
        }
        long row = Insert(peer, assignment, AssignmentState.Fetchable, digest, now);
        for (int part = 0; part < keyIds.Count; part++)
        {
            Bind(keyIds[part], row, part);
        }
        return AcceptStatus.Accepted;
    });

    /// <summary>
    /// Destroys the chunks of an assignment that the peer burns, whether it ever arrived here or not. Chunks that the slave
    /// has fetched, or that another assignment holds, are left as they are.
    /// </summary>
    public void Burn(string peer, Assignment assignment) => database.Write("burn", () =>
    {
        if (Find(assignment.Id) is { State: AssignmentState.Fetchable } found && found.Peer == peer)
        {
            Destroy(found.Row);
        }
        foreach (ChunkReference chunk in assignment.Chunks)
        {
            if (!KeyStore.Issues(node, peer, chunk.Index) && FreeChunk(peer, chunk) is byte[] keyId)
            {
                database.Execute("DELETE FROM chunk WHERE key_id = $id", ("$id", keyId));
            }
        }
        return true;
    });

    /// <summary>
    /// Takes keys for their slave: all or none, each at most once. The keys no longer exist here when this returns.
    /// </summary>
    public (FetchStatus Status, List<DeliveredKey> Keys) Fetch(string master, string slave, IReadOnlyList<Guid> keyIds)
    {
        List<DeliveredKey> keys = [];
        FetchStatus status = Deliver("fetch", keys, () =>
        {
            List<(AssignmentRow Assignment, int Part)> found = [];
            bool missing = keyIds.Distinct().Count() != keyIds.Count;
            foreach (Guid keyId in keyIds)
            {
                if (FindFetchable(keyId) is not { } key || key.Part % ChunkReference.PerKey(key.Assignment.SizeBits) != 0)
                {
                    missing = true;
                    continue;
                }
                if (key.Assignment.Slave != slave)
                {
                    return FetchStatus.NotSlave;
                }
                missing |= key.Assignment.Master != master;
                found.Add(key);
            }
            if (missing)
            {
                return FetchStatus.NotFound;
            }
            Take(found, keys);
            return FetchStatus.Fetched;
        });
        return (status, keys);
    }

    /// <summary>Destroys keys that no slave has fetched since <paramref name="before"/>; yields the number of assignments.</summary>
    public int Expire(DateTimeOffset before) => database.Write("expire", () =>
    {
        List<long> rows = database.Rows(row => row.GetInt64(0),
            "SELECT id FROM assignment WHERE state = $fetchable AND added < $before",
            ("$fetchable", (int)AssignmentState.Fetchable), ("$before", before.ToUnixTimeSeconds()));
        rows.ForEach(Destroy);
        return rows.Count;
    });

    /// <summary>Confirms a held block (of this many chunks, if given); false if it is not held. Inside a transaction.</summary>
    public bool ConfirmBlock(string peer, BlockId block, int? chunks)
    {
        if (FindBlock(block) is not { } held || held.Peer != peer || held.State == BlockState.Discarded
            || (chunks is { } expected && held.Chunks != expected))
        {
            return false;
        }
        if (held.State == BlockState.Pending)
        {
            SetBlockState(block, BlockState.Confirmed);
            database.Execute(
                "UPDATE chunk SET state = $confirmed WHERE block = (SELECT id FROM block WHERE block = $block) AND state = $pending",
                ("$confirmed", (int)ChunkState.Confirmed), ("$block", block.ToArray()), ("$pending", (int)ChunkState.Pending));
        }
        return true;
    }

    /// <summary>Destroys the unassigned chunks of a block and refuses it from now on. Inside a transaction.</summary>
    public bool DiscardBlock(string peer, BlockId block)
    {
        if (FindBlock(block) is not { } held)
        {
            InsertBlock(peer, block, 0, BlockState.Discarded);
            return true;
        }
        if (held.State == BlockState.Discarded || held.Peer != peer)
        {
            return false;
        }
        SetBlockState(block, BlockState.Discarded);
        database.Execute(
            "DELETE FROM chunk WHERE block = (SELECT id FROM block WHERE block = $block) AND state <> $reserved",
            ("$block", block.ToArray()), ("$reserved", (int)ChunkState.Reserved));
        return true;
    }

    /// <summary>The row of a block, or null. Inside a transaction.</summary>
    public (string Peer, int Chunks, BlockState State)? FindBlock(BlockId block)
    {
        List<(string, int, BlockState)> rows = database.Rows(
            row => (row.GetString(0), row.GetInt32(1), (BlockState)row.GetInt32(2)),
            "SELECT peer, chunks, state FROM block WHERE block = $block", ("$block", block.ToArray()));
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Adds a block's row; yields its number. Inside a transaction.</summary>
    public long InsertBlock(string peer, BlockId block, int chunks, BlockState state) => (long)database.Scalar(
        "INSERT INTO block (block, peer, chunks, state) VALUES ($block, $peer, $chunks, $state) RETURNING id",
        ("$block", block.ToArray()), ("$peer", peer), ("$chunks", chunks), ("$state", (int)state))!;

    private void SetBlockState(BlockId block, BlockState state) =>
        database.Execute("UPDATE block SET state = $state WHERE block = $block", ("$state", (int)state), ("$block", block.ToArray()));

    // A write that hands out keys: if it is not committed, the keys are erased again.
    private T Deliver<T>(string step, List<DeliveredKey> keys, Func<T> body)
    {
        try
        {
            return database.Write(step, body);
        }
        catch
        {
            keys.ForEach(key => key.Dispose());
            throw;
        }
    }

    private void Take(List<(AssignmentRow Assignment, int Part)> keys, List<DeliveredKey> taken)
    {
        foreach ((AssignmentRow assignment, int part) in keys)
        {
            int end = part + ChunkReference.PerKey(assignment.SizeBits);
            Assemble(assignment, part, end, taken);
            database.Execute("DELETE FROM chunk WHERE assignment = $row AND part >= $part AND part < $end",
                ("$row", assignment.Row), ("$part", part), ("$end", end));
        }
        foreach (long row in keys.Select(key => key.Assignment.Row).Distinct())
        {
            database.Execute("DELETE FROM assignment WHERE id = $row AND NOT EXISTS (SELECT 1 FROM chunk WHERE assignment = $row)",
                ("$row", row));
        }
    }

    private void Assemble(AssignmentRow assignment, int firstPart, int endPart, List<DeliveredKey> keys)
    {
        List<(byte[] KeyId, ChunkReference Chunk, byte[] Box)> parts = database.Rows(
            row => (row.GetFieldValue<byte[]>(0), new ChunkReference(BlockId.Read(row.GetFieldValue<byte[]>(1)), row.GetInt32(2)),
                row.GetFieldValue<byte[]>(3)),
            """
            SELECT chunk.key_id, block.block, chunk.position, chunk.sealed FROM chunk JOIN block ON block.id = chunk.block
            WHERE chunk.assignment = $row AND chunk.part >= $first AND chunk.part < $end ORDER BY chunk.part
            """,
            ("$row", assignment.Row), ("$first", firstPart), ("$end", endPart));
        int perKey = ChunkReference.PerKey(assignment.SizeBits);
        Span<byte> chunkBits = stackalloc byte[ChunkReference.Bytes];
        for (int first = 0; first < parts.Count; first += perKey)
        {
            byte[] bits = GC.AllocateArray<byte>(assignment.SizeBits / 8, pinned: true);
            keys.Add(new DeliveredKey(new Guid(parts[first].KeyId, bigEndian: true), bits));
            for (int i = 0; i < perKey; i++)
            {
                (_, ChunkReference chunk, byte[] box) = parts[first + i];
                if (!sealer.TryOpen(assignment.Peer, chunk, box, chunkBits))
                {
                    throw new KeyStoreException(KeyStoreFault.Damaged,
                        $"a stored key of block {chunk.Block} (chunk {chunk.Index}) is damaged");
                }
                Span<byte> rest = bits.AsSpan(i * ChunkReference.Bytes);
                chunkBits[..Math.Min(rest.Length, ChunkReference.Bytes)].CopyTo(rest);
                CryptographicOperations.ZeroMemory(box);
            }
        }
        CryptographicOperations.ZeroMemory(chunkBits);
    }

    private byte[]? FreeChunk(string peer, ChunkReference chunk) => (byte[]?)database.Scalar(
        """
        SELECT key_id FROM chunk
        WHERE block = (SELECT id FROM block WHERE block = $block AND peer = $peer) AND position = $position AND state <> $reserved
        """,
        ("$block", chunk.Block.ToArray()), ("$peer", peer), ("$position", chunk.Index), ("$reserved", (int)ChunkState.Reserved));

    private void Bind(byte[] keyId, long row, int part) => database.Execute(
        "UPDATE chunk SET state = $reserved, assignment = $row, part = $part WHERE key_id = $id",
        ("$reserved", (int)ChunkState.Reserved), ("$row", row), ("$part", part), ("$id", keyId));

    private void Destroy(long row)
    {
        database.Execute("DELETE FROM chunk WHERE assignment = $row", ("$row", row));
        database.Execute("DELETE FROM assignment WHERE id = $row", ("$row", row));
    }

    private List<ChunkReference> ChunksOf(long row) => database.Rows(
        chunk => new ChunkReference(BlockId.Read(chunk.GetFieldValue<byte[]>(0)), chunk.GetInt32(1)),
        """
        SELECT block.block, chunk.position FROM chunk JOIN block ON block.id = chunk.block
        WHERE chunk.assignment = $row ORDER BY chunk.part
        """,
        ("$row", row));

    private long Insert(string peer, Assignment assignment, AssignmentState state, byte[] digest, DateTimeOffset now) =>
        (long)database.Scalar(
            """
            INSERT INTO assignment (assignment, peer, state, master, slave, size_bits, digest, added)
            VALUES ($id, $peer, $state, $master, $slave, $size, $digest, $added) RETURNING id
            """,
            ("$id", assignment.Id.ToByteArray(bigEndian: true)), ("$peer", peer), ("$state", (int)state),
            ("$master", assignment.Master), ("$slave", assignment.Slave), ("$size", assignment.SizeBits), ("$digest", digest),
            ("$added", now.ToUnixTimeSeconds()))!;

    private AssignmentRow? Find(Guid id) => FirstRow("WHERE assignment = $id", id.ToByteArray(bigEndian: true));

    private (AssignmentRow Assignment, int Part)? FindFetchable(Guid keyId)
    {
        byte[] id = keyId.ToByteArray(bigEndian: true);
        AssignmentRow? assignment = FirstRow("WHERE id = (SELECT assignment FROM chunk WHERE key_id = $id)", id);
        if (assignment is not { State: AssignmentState.Fetchable })
        {
            return null;
        }
        long part = (long)database.Scalar("SELECT part FROM chunk WHERE key_id = $id", ("$id", id))!;
        return (assignment, (int)part);
    }

    private AssignmentRow? FirstRow(string where, byte[] id)
    {
        List<AssignmentRow> rows = database.Rows(
            row => new AssignmentRow(row.GetInt64(0), row.GetString(1), (AssignmentState)row.GetInt32(2), row.GetString(3),
                row.GetString(4), row.GetInt32(5), row.GetFieldValue<byte[]>(6)),
            "SELECT id, peer, state, master, slave, size_bits, digest FROM assignment " + where, ("$id", id));
        return rows.Count == 0 ? null : rows[0];
    }

    private sealed record AssignmentRow(
        long Row, string Peer, AssignmentState State, string Master, string Slave, int SizeBits, byte[] Digest);
}
