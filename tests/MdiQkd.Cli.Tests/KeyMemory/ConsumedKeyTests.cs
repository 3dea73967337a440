using System.Globalization;
using MdiQkd.Authentication.Pool;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Status;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;
using MdiQkd.Sifting;
using Microsoft.Data.Sqlite;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>
/// Dumps of two node processes that distil, store and deliver keys: what is consumed is in them no more, and not in the
/// store either. What is alive is found in the same dumps, which shows that the search can find.
/// </summary>
[Collection(nameof(WholeNetwork))]
public sealed class ConsumedKeyTests(ITestOutputHelper output)
{
    private const string Live = "storage key of ";

    /// <summary>A request ends at the node a moment after the client has the answer; the log of the store is emptied every 5 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Consumed_keys_are_in_no_dump_of_a_node_and_in_no_file()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string? obstacle = ProcessMemory.Obstacle(Environment.ProcessId);
        Assert.SkipWhen(obstacle is not null, obstacle ?? string.Empty);
        using Scratch scratch = new();
        await using ObservedNetwork network = await ObservedNetwork.StartAsync(
            Path.Combine(scratch.Folder, "network"), InstalledProgram.Daemons, ct);
        string[] nodes = [ObservedNetwork.A, ObservedNetwork.B];
        await AssertLiveStateKeysAreFound(network, nodes, ct);

        ClosedBlock block = await network.FirstKeyAsync(ObservedNetwork.A, ct);
        Assert.Equal(block.BlockId, (await network.FirstKeyAsync(ObservedNetwork.B, ct)).BlockId);
        output.WriteLine(block.ToString());
        Dictionary<string, StorageKey> storageKeys = nodes.ToDictionary(
            node => node, node => StorageKey.LoadOrCreate(Path.Combine(network.StoreOf(node), "storage.key")));
        SecretScanner consumed = new();
        AddRawBits(consumed, network, block, storageKeys);
        AddPads(consumed, network.ProvisionedPool);
        SecretScanner sealedCopies = new();
        List<(byte[] Box, byte[] Key)> stored = StoredKeys(network, scratch, storageKeys[ObservedNetwork.A]);
        Assert.NotEmpty(stored);

        using HttpClient master = network.ApplicationAt(ObservedNetwork.A);
        using HttpClient slave = network.ApplicationAt(ObservedNetwork.B);
        List<(string Id, byte[] Key)> keys = await ObservedNetwork.GetKeysAsync(
            master, $"api/v1/keys/{DaemonFiles.ApplicationName(ObservedNetwork.B)}/enc_keys?number=2&size=256", ct);
        foreach ((string id, byte[] key) in keys)
        {
            (_, byte[] same) = Assert.Single(await ObservedNetwork.GetKeysAsync(
                slave, $"api/v1/keys/{DaemonFiles.ApplicationName(ObservedNetwork.A)}/dec_keys?key_ID={id}", ct));
            Assert.Equal(key, same);
            consumed.AddKey($"delivered key {id}", key);
        }

        foreach ((byte[] box, byte[] key) in stored)
        {
            bool delivered = keys.Exists(other => other.Key.AsSpan().IndexOf(key) >= 0);
            consumed.Add(delivered ? "chunk of a delivered key" : "chunk in the store", key);
            if (delivered)
            {
                sealedCopies.Add("sealed chunk of a delivered key", box);
            }
        }

        foreach (string node in nodes)
        {
            await AssertGone(() => ScanFiles(network.StoreOf(node), consumed), $"files of {node}", ct);
            await AssertGone(() => ScanFiles(network.StoreOf(node), sealedCopies), $"files of {node}", ct);
        }

        foreach (string node in nodes)
        {
            consumed.Add(Live + node, File.ReadAllBytes(Path.Combine(network.StoreOf(node), "storage.key")));
            await AssertGone(
                () =>
                {
                    SortedDictionary<string, string> found = ProcessMemory.Scan(network.ProcessOf(node), consumed, out long bytes);
                    output.WriteLine($"{node}: {bytes >> 20} MiB");
                    Assert.True(found.Remove(Live + node), $"what is alive is not found in {node} ({bytes} bytes)");
                    return found;
                },
                node,
                ct);
        }
    }

    private static async Task AssertGone(Func<SortedDictionary<string, string>> scan, string where, CancellationToken ct)
    {
        SortedDictionary<string, string> found = scan();
        for (long start = TimeProvider.System.GetTimestamp();
            found.Count > 0 && TimeProvider.System.GetElapsedTime(start) < Patience;
            found = scan())
        {
            await Task.Delay(500, ct);
        }

        Assert.True(found.Count == 0, $"{where}: {string.Join("; ", found.Select(secret => $"{secret.Key} at {secret.Value}"))}");
    }

    /// <summary>The state key of a session that begins must be where the node will work with it.</summary>
    private static async Task AssertLiveStateKeysAreFound(ObservedNetwork network, string[] nodes, CancellationToken ct)
    {
        foreach (string node in nodes)
        {
            while (network.TapOf(node).StateKeys.IsEmpty)
            {
                await Task.Delay(20, ct);
            }

            SecretScanner live = new();
            live.Add("state key", Assert.Single(network.TapOf(node).StateKeys.Values));
            Assert.Single(ProcessMemory.Scan(network.ProcessOf(node), live, out _));
        }

        foreach (string node in nodes)
        {
            network.TapOf(node).Open();
        }
    }

    /// <summary>State keys, states and sifted bits of a block that is over.</summary>
    private void AddRawBits(
        SecretScanner consumed, ObservedNetwork network, ClosedBlock block, Dictionary<string, StorageKey> storageKeys)
    {
        Dictionary<string, byte[]> states = [];
        foreach ((string node, StorageKey storageKey) in storageKeys)
        {
            SessionId[] sessions = [.. network.JournalsOf(node).Sessions(block.BlockId)];
            Assert.Equal(2, sessions.Length);
            foreach (SessionId session in sessions)
            {
                consumed.Add($"state key of {node}", network.TapOf(node).StateKeys[session]);
                byte[] part = network.JournalsOf(node).States(block.BlockId, session, storageKey);
                consumed.Add($"prepared states of {node}", part, 48);
                states[node] = [.. states.GetValueOrDefault(node, []), .. part];
            }

            ulong[] raw = new ulong[BitPlane.Words(states[node].Length)];
            BitPlane.FromPacked(states[node], PreparedState.BitShift, raw);
            consumed.AddBits($"raw bits of {node}", raw);
        }

        byte[] a = states[ObservedNetwork.A], b = states[ObservedNetwork.B];
        Assert.Equal(a.Length, b.Length);
        int[] signals = [.. Enumerable.Range(0, a.Length).Where(i => IsSignal(a[i]) && IsSignal(b[i]))];
        Assert.Equal(block.Sifted, signals.Length);
        consumed.AddBits("sifted key of A", Sifted(a, signals));
        consumed.AddBits("sifted key of B", Sifted(b, signals));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{a.Length} events, {signals.Length} sifted"));
    }

    private static bool IsSignal(byte state) => new PreparedState(state).Label == IntensityLabel.Z;

    private static ulong[] Sifted(byte[] states, int[] signals)
    {
        ulong[] bits = new ulong[BitPlane.Words(signals.Length)];
        BitPlane.FromPacked([.. signals.Select(i => states[i])], PreparedState.BitShift, bits);
        return bits;
    }

    /// <summary>All one-time pads, spent or not: a node reads one when it needs it and keeps none.</summary>
    private static void AddPads(SecretScanner consumed, byte[] pool)
    {
        const int PadsAt = 3 * 4096, RecordBytes = 20, PadBytes = 16;
        int records = 2 * (KeyPool.ProvisionedPadsMin + 1);
        for (int i = 0; i < records; i++)
        {
            if (i % (KeyPool.ProvisionedPadsMin + 1) != 0)
            {
                consumed.Add("one-time pad", pool[(PadsAt + (i * RecordBytes))..(PadsAt + (i * RecordBytes) + PadBytes)]);
            }
        }
    }

    /// <summary>Chunks of key in a copy of the node's store, sealed and open.</summary>
    private static List<(byte[] Box, byte[] Key)> StoredKeys(ObservedNetwork network, Scratch scratch, StorageKey storageKey)
    {
        string copy = Path.Combine(scratch.Folder, "keys.db");
        foreach (string file in Directory.EnumerateFiles(network.StoreOf(ObservedNetwork.A), "keys.db*"))
        {
            File.Copy(file, Path.Combine(scratch.Folder, Path.GetFileName(file)));
        }

        using ChunkSealer sealer = new(storageKey, ObservedNetwork.A);
        using SqliteConnection connection = new($"Data Source={copy};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT block.block, chunk.position, chunk.sealed FROM chunk JOIN block ON block.id = chunk.block";
        using SqliteDataReader reader = command.ExecuteReader();
        List<(byte[] Box, byte[] Key)> chunks = [];
        while (reader.Read())
        {
            byte[] key = new byte[ChunkReference.Bytes], box = reader.GetFieldValue<byte[]>(2);
            ChunkReference place = new(BlockId.Read(reader.GetFieldValue<byte[]>(0)), reader.GetInt32(1));
            Assert.True(sealer.TryOpen(ObservedNetwork.B, place, box, key));
            chunks.Add((box, key));
        }

        return chunks;
    }

    private static SortedDictionary<string, string> ScanFiles(string folder, SecretScanner consumed)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.Contains("pool-", StringComparison.Ordinal)))
        {
            try
            {
                using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                byte[] content = new byte[stream.Length];
                stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
                consumed.Find(content, Path.GetFileName(file), found);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // The node works on: what it has deleted since the folder was listed holds nothing any more.
            }
        }

        return found;
    }
}
