using System.Diagnostics;
using System.Text;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Tests;

public sealed class KeyStoreTests : IDisposable
{
    private static readonly BlockId Block = new(7);

    private readonly string folder = TestFolder.Create();
    private readonly StorageKey key = new(new byte[32]);

    private string FilePath => Path.Combine(folder, "keys.db");

    public void Dispose()
    {
        key.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Key_id_is_a_version_8_uuid_of_block_and_index_only()
    {
        // Independent computation: sha256("MdiQkd key_ID v1" || 00..07 || 00000003), version and variant bits set.
        byte[] input = [.. "MdiQkd key_ID v1"u8, .. new byte[15], 7, 0, 0, 0, 3];
        byte[] hash = System.Security.Cryptography.SHA256.HashData(input)[..16];
        string hex = Convert.ToHexStringLower(hash);
        string id = KeyId.Derive(Block, 3).ToString();
        Assert.Equal(36, id.Length);
        Assert.Equal('8', id[14]);
        Assert.Contains(id[19], "89ab");
        Assert.Equal(hex[..8] + "-" + hex[8..12], id[..13]);
        Assert.Equal(hex[20..], id[24..]);
        Assert.NotEqual(KeyId.Derive(Block, 3), KeyId.Derive(Block, 4));
        Assert.NotEqual(KeyId.Derive(Block, 3), KeyId.Derive(new BlockId(8), 3));
    }

    [Fact]
    public void Pending_keys_count_for_nothing_until_confirmed()
    {
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        Assert.Equal(AddOutcome.Stored, store.AddPending("b", Block, new byte[5 * 32]));
        Assert.Equal([Block], store.PendingBlocks("b"));
        Assert.Equal(0, store.IssuableCount("b"));
        Assert.Equal(0, store.Level("b"));
        Assert.True(store.Confirm("b", Block));
        Assert.True(store.Confirm("b", Block));
        Assert.Empty(store.PendingBlocks("b"));
        Assert.Equal(3, store.IssuableCount("b"));
        Assert.Equal(5 * 256, store.Level("b"));
    }

    [Fact]
    public void Each_index_has_exactly_one_issuer()
    {
        for (int index = 0; index < 4; index++)
        {
            Assert.NotEqual(KeyStore.Issues("a", "b", index), KeyStore.Issues("b", "a", index));
        }
        Assert.True(KeyStore.Issues("a", "b", 0));
        Assert.Throws<ArgumentException>(() => KeyStore.Issues("a", "a", 0));
    }

    [Fact]
    public void Adding_is_idempotent_and_never_mixes_blocks()
    {
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        store.AddPending("b", Block, new byte[64]);
        Assert.Equal(AddOutcome.AlreadyHeld, store.AddPending("b", Block, new byte[64]));
        store.Confirm("b", Block);
        Assert.Equal(AddOutcome.AlreadyHeld, store.AddPending("b", Block, new byte[64]));
        Assert.Throws<ArgumentException>(() => store.AddPending("b", Block, new byte[96]));
        Assert.Throws<ArgumentException>(() => store.AddPending("c", Block, new byte[64]));
        Assert.Throws<ArgumentException>(() => store.AddPending("b", new BlockId(9), new byte[31]));
        Assert.Equal(512, store.Level("b"));
    }

    [Fact]
    public void A_remainder_below_256_bits_is_not_stored()
    {
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        store.AddPending("b", Block, new byte[(2 * 32) + 24]);
        store.Confirm("b", Block);
        Assert.Equal(512, store.Level("b"));
    }

    [Fact]
    public void A_discarded_block_never_comes_back()
    {
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        store.AddPending("b", Block, new byte[64]);
        Assert.True(store.Discard("b", Block));
        Assert.False(store.Discard("b", Block));
        Assert.False(store.Confirm("b", Block));
        Assert.Equal(AddOutcome.Discarded, store.AddPending("b", Block, new byte[64]));
        BlockId neverSeen = new(8);
        Assert.True(store.Discard("b", neverSeen));
        Assert.Equal(AddOutcome.Discarded, store.AddPending("b", neverSeen, new byte[64]));
        Assert.False(store.Confirm("b", new BlockId(99)));
    }

    [Fact]
    public void A_full_store_takes_no_block()
    {
        using KeyStore store = KeyStore.Open(FilePath, "a", key, maxKeysPerPeer: 3);
        Assert.Equal(AddOutcome.Stored, store.AddPending("b", Block, new byte[64]));
        Assert.Equal(AddOutcome.StoreFull, store.AddPending("b", new BlockId(8), new byte[64]));
        Assert.Equal(AddOutcome.Stored, store.AddPending("c", new BlockId(8), new byte[64]));
    }

    [Fact]
    public void Everything_survives_a_restart()
    {
        using (KeyStore store = KeyStore.Open(FilePath, "a", key))
        {
            store.AddPending("b", Block, new byte[64]);
            store.AddPending("b", new BlockId(8), new byte[64]);
            store.Confirm("b", Block);
        }
        using KeyStore again = KeyStore.Open(FilePath, "a", key);
        Assert.Equal([new BlockId(8)], again.PendingBlocks("b"));
        Assert.Equal(512, again.Level("b"));
    }

    [Fact]
    public void Files_are_the_owners_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("no Unix file modes");
            return;
        }
        string keyPath = Path.Combine(folder, "storage.key");
        using StorageKey stored = StorageKey.LoadOrCreate(keyPath);
        using KeyStore store = KeyStore.Open(FilePath, "a", stored);
        store.AddPending("b", Block, new byte[64]);
        UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string file in Directory.GetFiles(folder))
        {
            Assert.Equal(ownerOnly, File.GetUnixFileMode(file));
        }
        Assert.True(Directory.GetFiles(folder).Length >= 3, "store, its log and the key file");
    }

    [Fact]
    public void Storage_key_file_is_read_back_and_checked()
    {
        string keyPath = Path.Combine(folder, "storage.key");
        byte[] first;
        using (StorageKey created = StorageKey.LoadOrCreate(keyPath))
        {
            first = created.Bytes.ToArray();
        }
        using (StorageKey loaded = StorageKey.LoadOrCreate(keyPath))
        {
            Assert.Equal(first, loaded.Bytes.ToArray());
        }
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Assert.Contains("0600", Assert.Throws<KeyStoreException>(() => StorageKey.LoadOrCreate(keyPath)).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(keyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        File.WriteAllBytes(keyPath, new byte[31]);
        Assert.Equal(KeyStoreFault.Mismatch, Assert.Throws<KeyStoreException>(() => StorageKey.LoadOrCreate(keyPath)).Fault);
        Assert.Throws<ArgumentException>(() => new StorageKey(new byte[16]));
    }

    [Fact]
    public void Key_bits_are_not_in_the_files()
    {
        byte[] secret = NodePair.SecretKey(1, 64);
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        store.AddPending("b", Block, secret);
        foreach (string file in Directory.GetFiles(folder))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            for (int at = 0; at < secret.Length; at += 16)
            {
                Assert.True(content.AsSpan().IndexOf(secret.AsSpan(at, 16)) < 0, $"key bits in {file}");
            }
        }
    }

    [Fact]
    public void A_second_user_is_refused_clearly()
    {
        using (KeyStore store = KeyStore.Open(FilePath, "a", key))
        {
            store.AddPending("b", Block, new byte[64]);
            KeyStoreException refused = Assert.Throws<KeyStoreException>(() => KeyStore.Open(FilePath, "a", key));
            Assert.Equal(KeyStoreFault.InUse, refused.Fault);
            Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
            store.Confirm("b", Block);
        }
        KeyStore.Open(FilePath, "a", key).Dispose();
    }

    [Fact]
    public void A_second_process_is_refused()
    {
        const string Script = "import sqlite3,sys\n"
            + "try:\n sqlite3.connect(sys.argv[1],timeout=0).execute('select count(*) from chunk').fetchall(); print('open')\n"
            + "except sqlite3.OperationalError as e: print(e)\n";
        using KeyStore store = KeyStore.Open(FilePath, "a", key);
        ProcessStartInfo start = new("python3") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        start.ArgumentList.Add(FilePath);
        string output;
        try
        {
            using Process process = Process.Start(start)!;
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed");
            return;
        }
        Assert.Contains("locked", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_storage_key_or_node_is_refused()
    {
        KeyStore.Open(FilePath, "a", key).Dispose();
        using StorageKey other = new(Enumerable.Repeat((byte)1, 32).ToArray());
        KeyStoreException wrongKey = Assert.Throws<KeyStoreException>(() => KeyStore.Open(FilePath, "a", other));
        Assert.Contains("another storage key", wrongKey.Message, StringComparison.Ordinal);
        KeyStoreException wrongNode = Assert.Throws<KeyStoreException>(() => KeyStore.Open(FilePath, "b", key));
        Assert.Contains("belongs to node a", wrongNode.Message, StringComparison.Ordinal);
        KeyStore.Open(FilePath, "a", key).Dispose();
    }

    [Theory]
    [InlineData(0, "not a database at all")]
    [InlineData(0, "SQLite format 3\0garbage garbage garbage garbage")]
    [InlineData(4096, "a page in the middle is overwritten ")]
    [InlineData(8192, "a page in the middle is overwritten ")]
    public void A_damaged_store_is_refused_clearly(int offset, string damage)
    {
        using (KeyStore store = KeyStore.Open(FilePath, "a", key))
        {
            store.AddPending("b", Block, new byte[64 * 32]);
        }
        using (FileStream file = new(FilePath, FileMode.Open))
        {
            file.Position = offset;
            file.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(damage, 40))));
        }
        KeyStoreException refused = Assert.Throws<KeyStoreException>(() => KeyStore.Open(FilePath, "a", key));
        Assert.Equal(KeyStoreFault.Damaged, refused.Fault);
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        string path = Path.Combine(folder, "none", "keys.db");
        KeyStoreException refused = Assert.Throws<KeyStoreException>(() => KeyStore.Open(path, "a", key));
        Assert.Equal(KeyStoreFault.Inaccessible, refused.Fault);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_chunk_opens_only_in_its_own_place()
    {
        using ChunkSealer sealer = new(key, "a");
        byte[] plain = NodePair.SecretKey(1, 1);
        byte[] opened = new byte[32];
        byte[] box = sealer.Seal("b", new ChunkReference(Block, 1), plain);
        Assert.True(sealer.TryOpen("b", new ChunkReference(Block, 1), box, opened));
        Assert.Equal(plain, opened);
        Assert.False(sealer.TryOpen("b", new ChunkReference(Block, 2), box, opened));
        Assert.Equal(new byte[32], opened);
        Assert.False(sealer.TryOpen("c", new ChunkReference(Block, 1), box, opened));
        Assert.False(sealer.TryOpen("b", new ChunkReference(Block, 1), box.AsSpan(1), opened));
        using ChunkSealer elsewhere = new(key, "x");
        Assert.False(elsewhere.TryOpen("b", new ChunkReference(Block, 1), box, opened));
    }

    [Fact]
    public void Pairs_seal_and_open_at_the_same_time()
    {
        using ChunkSealer sealer = new(key, "a");
        int opened = 0;
        Parallel.For(0, 4, thread =>
        {
            byte[] plain = new byte[ChunkReference.Bytes], again = new byte[ChunkReference.Bytes];
            plain.AsSpan().Fill((byte)thread);
            for (int i = 0; i < 20_000; i++)
            {
                ChunkReference chunk = new(default, i);
                bool isSame = sealer.TryOpen("b", chunk, sealer.Seal("b", chunk, plain), again) && again.AsSpan().SequenceEqual(plain);
                Interlocked.Add(ref opened, isSame ? 1 : 0);
            }
        });
        Assert.Equal(4 * 20_000, opened);
    }
}
