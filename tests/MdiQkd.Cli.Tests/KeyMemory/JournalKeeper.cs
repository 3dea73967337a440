using System.Collections.Concurrent;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Node.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>
/// Keeps a node's journals of choices readable after the node has deleted them, by a file handle on each: with the storage key
/// they tell what the node's secret raw bits were.
/// </summary>
internal sealed class JournalKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private readonly string folder;
    private readonly ConcurrentDictionary<string, FileStream> handles = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Task watching;

    internal JournalKeeper(string storeFolder)
    {
        folder = Path.Combine(storeFolder, "journal");
        watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
        foreach (FileStream handle in handles.Values)
        {
            await handle.DisposeAsync();
        }
    }

    /// <summary>Sessions of a block that have a journal.</summary>
    internal IEnumerable<SessionId> Sessions(string block) =>
        handles.Keys.Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == block)
            .Select(path => SessionId.Parse(Path.GetFileNameWithoutExtension(path)))
            .Order(Comparer<SessionId>.Create((a, b) => a.Value.CompareTo(b.Value)));

    /// <summary>Packed states of all events of a session, in the order of the list.</summary>
    internal byte[] States(string block, SessionId session, StorageKey storageKey)
    {
        FileStream handle = handles.Single(entry => entry.Key.EndsWith(Path.Combine(block, session + ".journal"), StringComparison.Ordinal)).Value;
        byte[] key = new byte[StorageKey.Size];
        storageKey.Derive("choice journal"u8, key);
        List<byte> states = [];
        ChoiceJournal.Read(
            $"/proc/self/fd/{handle.SafeFileHandle.DangerousGetHandle()}", key, session, (_, _, choices) => states.AddRange(choices));
        return [.. states];
    }

    private async Task WatchAsync()
    {
        using PeriodicTimer timer = new(Period);
        do
        {
            if (!Directory.Exists(folder))
            {
                continue;
            }

            foreach (string path in Directory.EnumerateFiles(folder, "*.journal", SearchOption.AllDirectories))
            {
                if (!handles.ContainsKey(path))
                {
                    handles[path] = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(closing.Token));
    }
}
