using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.KeyMaterial;
using MdiQkd.Node;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Node.Storage;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>One user: the real engine on real stores in a folder, with a scripted encoder and no sockets.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly NetworkSettings settings;
    private readonly Action<string, NodeMessage> toHub;
    private readonly ManualTime time;
    private readonly StorageKey storageKey;
    private NodeStore store = null!;
    private KeyPool pool = null!;

    public TestNode(
        string name, string peer, string folder, NetworkSettings settings, ManualTime time, Action<string, NodeMessage> toHub)
    {
        Name = name;
        Peer = peer;
        Folder = folder;
        this.settings = settings;
        this.time = time;
        this.toHub = toHub;
        storageKey = new StorageKey(new byte[StorageKey.Size]);
        Randomness = new CountingRandomness($"{settings.Seed}/{name}");
        Open();
    }

    public string Name { get; }

    public string Peer { get; }

    /// <summary>Where it keeps its files.</summary>
    public string Folder { get; }

    public ScriptedEmission Emission { get; } = new();

    public KeyStore Keys { get; private set; } = null!;

    public PairEngine Engine { get; private set; } = null!;

    public IKeyRandomness Randomness { get; }

    public KeyPool Pool => pool;

    public NodeStore Store => store;

    /// <summary>Takes the peer's key requests and answers.</summary>
    public Action<KmeMessage> OnKeyMessage { get; set; } = _ => { };

    public int SyncsWanted { get; private set; }

    /// <summary>The newest report, or null.</summary>
    public BlockReport? Report => store.Reports(1) is [var newest] ? newest : null;

    /// <summary>Kill −9 and start again: nothing but what is on disk survives.</summary>
    public void Restart(bool forgetStates = true)
    {
        Close();
        if (forgetStates)
        {
            foreach (SessionId session in Emission.Started)
            {
                Emission.Forget(session);
            }
        }

        Open();
    }

    /// <summary>All bits of the key chunks of a block as the store holds them, for comparison in tests.</summary>
    public long KeyBits => Keys.Level(Peer);

    public void Dispose()
    {
        Close();
        storageKey.Dispose();
    }

    private void Open()
    {
        store = new NodeStore(Path.Combine(Folder, "node.db"));
        Keys = KeyStore.Open(Path.Combine(Folder, "keys.db"), Name, storageKey);
        Assert.True(
            KeyPool.TryOpen(Path.Combine(Folder, "pool.mdq"), Name, Peer, settings.Pool, out KeyPool? opened, out KeyPoolError? error),
            error?.Message);
        pool = opened;
        bool isReference = ParticipantName.IsReference(Name, Peer);
        Engine = new PairEngine(new PairContext
        {
            Node = Name,
            Peer = new PeerSettings(
                Peer,
                settings.IsOptimised ? null : isReference ? settings.SourceA : settings.SourceB,
                settings.IsOptimised ? null : isReference ? settings.SourceB : settings.SourceA,
                settings.Link),
            Block = settings.Block,
            Timing = settings.Timing,
            Pilots = settings.Pilots,
            Store = store,
            JournalDirectory = Path.Combine(Folder, "journal"),
            StorageKey = new byte[32],
            Emission = Emission,
            Pool = pool,
            Keys = Keys,
            Randomness = Randomness,
            Codes = CodeBook.Default,
            Time = time,
            Log = NullLogger.Instance,
            ToHub = message => toHub(Name, message),
            OnKeyMessage = message => OnKeyMessage(message),
            WantSync = () => SyncsWanted++,
        });
    }

    private void Close()
    {
        Engine.Dispose();
        pool.Dispose();
        Keys.Dispose();
        store.Dispose();
    }
}
