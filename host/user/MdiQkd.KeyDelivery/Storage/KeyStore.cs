using System.Collections.Concurrent;
using System.Security.Cryptography;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// The secret keys of a node, in one SQLite file of mode 0600, in chunks of 256 bits.
/// <para>Design: a chunk is pending (stored here), confirmed (the peer has stored it too), reserved (bound to one assignment
/// for ever), delivered and destroyed (one transaction: the row goes with the commit that precedes the answer). Each chunk is
/// issued by one node only: even indices by the node whose name is ordinally lower, odd ones by the other, so that two
/// simultaneous requests cannot pick the same key. Rows of blocks stay, so that a discarded or spent block never comes back.
/// All that a method reports is on disk when it returns. Instances are thread-safe.</para>
/// <para>Trade-offs: chunks are sealed with AES-256-GCM under the storage key and erased with secure_delete, but copies of
/// sealed chunks survive in the write-ahead log until <see cref="EraseLog"/> or the next opening, and in freed sectors of the
/// medium itself; whoever takes both the medium and the storage key may recover them. A store must never be restored from a backup: it would hold keys
/// that are already delivered.</para>
/// </summary>
public sealed class KeyStore : IDisposable
{
    private const long SchemaVersion = 1;
    private static readonly ChunkReference SealCheckChunk = new(new BlockId(UInt128.Zero), int.MaxValue);

    private readonly StoreDatabase database;
    private readonly ChunkSealer sealer;
    private readonly ConcurrentDictionary<BlockId, byte> awaited = new();

    private KeyStore(string node, StoreDatabase database, ChunkSealer sealer, int maxKeysPerPeer)
    {
        Node = node;
        MaxKeysPerPeer = maxKeysPerPeer;
        this.database = database;
        this.sealer = sealer;
        Ledger = new AssignmentLedger(node, database, sealer);
    }

    /// <summary>Name of the node that this store belongs to.</summary>
    public string Node { get; }

    /// <summary>Most chunks that the store holds for one peer, in any state.</summary>
    public int MaxKeysPerPeer { get; }

    /// <summary>Assignments over the chunks of this store.</summary>
    internal AssignmentLedger Ledger { get; }

    /// <summary>See <see cref="StoreDatabase.AtStep"/>.</summary>
    internal Action<string>? AtStep
    {
        get => database.AtStep;
        set => database.AtStep = value;
    }

    /// <summary>Opens the store of <paramref name="node"/>, or creates it if the file is missing or empty.</summary>
    /// <param name="path">The file; its directory exists.</param>
    /// <param name="node">Name of this node in the network; who issues which key depends on it.</param>
    /// <param name="key">Seals the chunks; the store makes its own copy of what it needs.</param>
    /// <param name="maxKeysPerPeer">Most chunks per peer, at least 1.</param>
    /// <exception cref="KeyStoreException">In use, damaged, sealed with another key, of another node, or inaccessible.</exception>
    public static KeyStore Open(string path, string node, StorageKey key, int maxKeysPerPeer = 1_000_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(node);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxKeysPerPeer, 1);
        ChunkSealer sealer = new(key, node);
        StoreDatabase? database = null;
        try
        {
            database = StoreDatabase.Open(path, fresh => WriteIdentity(fresh, sealer, node));
            CheckIdentity(database, sealer, path, node);
            return new KeyStore(node, database, sealer, maxKeysPerPeer);
        }
        catch
        {
            database?.Dispose();
            sealer.Dispose();
            throw;
        }
    }

    /// <summary>Whether this node issues the chunk of this index; the other node of the pair issues the rest.</summary>
    public static bool Issues(string node, string peer, int index)
    {
        int order = string.CompareOrdinal(node, peer);
        if (order == 0)
        {
            throw new ArgumentException($"a node has no keys with itself ({node})", nameof(peer));
        }
        return (index % 2 == 0) == (order < 0);
    }

    /// <summary>
    /// Stores the secret key of a block, pending. To be called only after checkpoint T3 of the block was verified in both
    /// directions, so that whatever the peer stores under this BlockId is equal. The remainder beyond whole chunks is not stored.
    /// </summary>
    /// <param name="peer">The other node of the block.</param>
    /// <param name="block">The block; adding it again changes nothing.</param>
    /// <param name="keyBytes">The secret key; the caller keeps ownership and zeroes it. At least 32 bytes.</param>
    /// <exception cref="ArgumentException">Under 32 bytes, or the block is known with another peer or length.</exception>
    /// <exception cref="KeyStoreException">
    /// Not stored, such as on a full disk. The store awaits the block then, as long as the process lives: it judges no claim of the peer
    /// to it, so that the peer keeps its copy until the key is handed over again.
    /// </exception>
    public AddOutcome AddPending(string peer, BlockId block, ReadOnlySpan<byte> keyBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(peer);
        int chunks = keyBytes.Length / ChunkReference.Bytes;
        if (chunks == 0)
        {
            throw new ArgumentException($"a block holds at least {ChunkReference.Bytes} bytes of key", nameof(keyBytes));
        }
        byte[][] boxes = new byte[chunks][];
        for (int i = 0; i < chunks; i++)
        {
            boxes[i] = sealer.Seal(peer, new ChunkReference(block, i), keyBytes.Slice(i * ChunkReference.Bytes, ChunkReference.Bytes));
        }
        awaited[block] = 0;
        try
        {
            AddOutcome outcome = database.Write("add", () => Add(peer, block, boxes));
            awaited.TryRemove(block, out _);
            return outcome;
        }
        finally
        {
            Array.ForEach(boxes, box => CryptographicOperations.ZeroMemory(box));
        }
    }

    /// <summary>
    /// Notes that the peer has stored the block too; its keys become deliverable. False if the block is not held (never
    /// added, or discarded); true also if it was confirmed before.
    /// </summary>
    public bool Confirm(string peer, BlockId block) => database.Write("confirm", () => Ledger.ConfirmBlock(peer, block, null));

    /// <summary>
    /// Destroys what is left of the block (pending and confirmed chunks; assigned ones keep their assignment) and refuses it
    /// for ever, also if it was not held. False if it was discarded before.
    /// </summary>
    public bool Discard(string peer, BlockId block)
    {
        awaited.TryRemove(block, out _);
        return database.Write("discard", () => Ledger.DiscardBlock(peer, block));
    }

    /// <summary>Blocks not yet known to be stored at the peer, oldest first.</summary>
    public IReadOnlyList<BlockId> PendingBlocks(string peer) => database.Read(() => database.Rows(
        row => BlockId.Read(row.GetFieldValue<byte[]>(0)),
        "SELECT block FROM block WHERE peer = $peer AND state = $pending ORDER BY id",
        ("$peer", peer), ("$pending", (int)BlockState.Pending)));

    /// <summary>Confirmed chunks that this node may issue: the keys that enc_keys can deliver.</summary>
    public int IssuableCount(string peer) => Count(
        "SELECT count(*) FROM chunk WHERE peer = $peer AND state = $confirmed AND issued_here = 1", peer);

    /// <summary>Confirmed key with this peer that is assigned to nobody, in bits, whichever node issues it.</summary>
    public long Level(string peer) => (long)ChunkReference.Bits * Count(
        "SELECT count(*) FROM chunk WHERE peer = $peer AND state = $confirmed AND issued_here IN (0, 1)", peer);

    /// <summary>
    /// Empties the write-ahead log, so that no file holds a sealed copy of a destroyed chunk any more. Apart from the deliveries,
    /// because it costs as much as two of them.
    /// </summary>
    /// <exception cref="KeyStoreException">The store failed.</exception>
    public void EraseLog() => database.EraseLog();

    /// <summary>Closes the file; another process may open it then.</summary>
    public void Dispose()
    {
        database.Dispose();
        sealer.Dispose();
    }

    /// <summary>Up to <paramref name="limit"/> blocks with unassigned chunks, from the cursor on; the cursor moves.</summary>
    internal List<HeldBlock> HeldBlocks(string peer, ref long cursor, int limit)
    {
        long after = cursor;
        List<(long Row, HeldBlock Held)> rows = database.Read(() => database.Rows(
            row => (row.GetInt64(0), new HeldBlock(BlockId.Read(row.GetFieldValue<byte[]>(1)), row.GetInt32(2),
                row.GetInt32(3) == (int)BlockState.Confirmed)),
            """
            SELECT id, block, chunks, state FROM block
            WHERE peer = $peer AND id > $after AND EXISTS (
                SELECT 1 FROM chunk WHERE chunk.block = block.id AND chunk.state <> $reserved)
            ORDER BY id LIMIT $limit
            """,
            ("$peer", peer), ("$after", after), ("$reserved", (int)ChunkState.Reserved), ("$limit", limit)));
        cursor = rows.Count > 0 ? rows[^1].Row : after;
        return rows.ConvertAll(row => row.Held);
    }

    /// <summary>
    /// Answers the peer's claims, in one transaction: a block held here with that many chunks becomes confirmed (true), any
    /// other is discarded and refused for ever (false).
    /// </summary>
    /// <exception cref="KeyStoreException">A block is still awaited here (<see cref="AddPending"/>): ask again later.</exception>
    internal BlockVerdict[] Judge(string peer, IReadOnlyList<BlockClaim> claims) => database.Write("judge", () =>
        claims.Select(claim =>
        {
            bool held = Ledger.ConfirmBlock(peer, claim.Block, claim.Chunks);
            if (!held)
            {
                if (awaited.ContainsKey(claim.Block))
                {
                    throw new KeyStoreException(KeyStoreFault.Inaccessible, $"block {claim.Block} waits to be stored");
                }
                Ledger.DiscardBlock(peer, claim.Block);
            }
            return new BlockVerdict(claim.Block, held);
        }).ToArray());

    /// <summary>Obeys the peer's answers to own claims, in one transaction; yields the blocks discarded by it.</summary>
    internal BlockId[] Apply(string peer, IReadOnlyList<BlockVerdict> verdicts) => database.Write("apply", () =>
    {
        List<BlockId> discarded = [];
        foreach (BlockVerdict verdict in verdicts)
        {
            if (verdict.Held)
            {
                Ledger.ConfirmBlock(peer, verdict.Block, null);
            }
            else if (Ledger.DiscardBlock(peer, verdict.Block))
            {
                discarded.Add(verdict.Block);
            }
        }
        return discarded.ToArray();
    });

    private AddOutcome Add(string peer, BlockId block, byte[][] boxes)
    {
        (string Peer, int Chunks, BlockState State)? known = Ledger.FindBlock(block);
        if (known is { State: BlockState.Discarded })
        {
            return AddOutcome.Discarded;
        }
        if (known is { } held)
        {
            return held.Peer == peer && held.Chunks == boxes.Length
                ? AddOutcome.AlreadyHeld
                : throw new ArgumentException($"block {block} is stored with peer {held.Peer} and {held.Chunks} chunks");
        }
        long stored = (long)database.Scalar("SELECT count(*) FROM chunk WHERE peer = $peer", ("$peer", peer))!;
        if (stored + boxes.Length > MaxKeysPerPeer)
        {
            return AddOutcome.StoreFull;
        }
        long row = Ledger.InsertBlock(peer, block, boxes.Length, BlockState.Pending);
        for (int i = 0; i < boxes.Length; i++)
        {
            database.Execute(
                """
                INSERT INTO chunk (key_id, block, position, peer, issued_here, state, sealed)
                VALUES ($id, $block, $position, $peer, $here, $pending, $sealed)
                """,
                ("$id", KeyId.Derive(block, i).ToByteArray(bigEndian: true)), ("$block", row), ("$position", i),
                ("$peer", peer), ("$here", Issues(Node, peer, i) ? 1 : 0), ("$pending", (int)ChunkState.Pending),
                ("$sealed", boxes[i]));
        }
        return AddOutcome.Stored;
    }

    private int Count(string sql, string peer) => database.Read(() =>
        checked((int)(long)database.Scalar(sql, ("$peer", peer), ("$confirmed", (int)ChunkState.Confirmed))!));

    private static void WriteIdentity(StoreDatabase database, ChunkSealer sealer, string node)
    {
        byte[] check = sealer.Seal("", SealCheckChunk, new byte[ChunkReference.Bytes]);
        database.Execute("INSERT INTO meta VALUES ('schema', $schema), ('node', $node), ('seal', $seal)",
            ("$schema", SchemaVersion), ("$node", node), ("$seal", check));
    }

    private static void CheckIdentity(StoreDatabase database, ChunkSealer sealer, string path, string node)
    {
        object? schema = Meta(database, "schema");
        object? owner = Meta(database, "node");
        if (schema is not SchemaVersion)
        {
            throw Mismatch($"key store {path} has schema version {schema ?? "none"}; this program reads version {SchemaVersion}");
        }
        if (owner is not string name || name != node)
        {
            throw Mismatch($"key store {path} belongs to node {owner}, not to {node}");
        }
        if (Meta(database, "seal") is not byte[] seal
            || !sealer.TryOpen("", SealCheckChunk, seal, stackalloc byte[ChunkReference.Bytes]))
        {
            throw Mismatch($"key store {path} is sealed with another storage key");
        }
    }

    private static object? Meta(StoreDatabase database, string name) =>
        database.Read(() => database.Scalar("SELECT value FROM meta WHERE name = $name", ("$name", name)));

    private static KeyStoreException Mismatch(string message) => new(KeyStoreFault.Mismatch, message);
}
