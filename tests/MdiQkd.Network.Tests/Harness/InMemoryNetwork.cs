using MdiQkd.Authentication.Pool;
using MdiQkd.Hub.Pair;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>
/// Two real users and a real hub without sockets or threads: messages go through one queue, and a test may play the hub that
/// cheats by changing, dropping, repeating or inventing them on the way.
/// </summary>
internal sealed class InMemoryNetwork : IDisposable
{
    private readonly Queue<Action> queue = new();
    private readonly string folder;
    private readonly ErrorPatternDecoder decoder = new();
    private readonly LinkEvents events;
    private int sessionsRun;

    public InMemoryNetwork(NetworkSettings? settings = null, NetworkSettings? settingsOfAlice = null, NetworkSettings? settingsOfBob = null)
    {
        Settings = settings ?? new NetworkSettings();
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        folder = Path.Combine(root, "mdiqkd-" + Guid.NewGuid().ToString("N"));
        foreach (string name in (ReadOnlySpan<string>)["alice", "bob"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        KeyPool.Provision(
            Path.Combine(folder, "alice", "pool.mdq"),
            "alice",
            Path.Combine(folder, "bob", "pool.mdq"),
            "bob",
            new CountingRandomness(Settings.Seed + "/pool"),
            KeyPool.ProvisionedPadsMin);
        events = new LinkEvents(Settings.SourceA, Settings.SourceB, Settings.Channel);
        Hub = new HubCore(["alice", "bob", "carol"], CodeBook.Default, FromHub, Decode, NullLogger.Instance);
        Alice = new TestNode("alice", "bob", Path.Combine(folder, "alice"), settingsOfAlice ?? Settings, Time, ToHub);
        Bob = new TestNode("bob", "alice", Path.Combine(folder, "bob"), settingsOfBob ?? Settings, Time, ToHub);
    }

    public NetworkSettings Settings { get; }

    public ManualTime Time { get; } = new();

    public HubCore Hub { get; }

    public TestNode Alice { get; }

    public TestNode Bob { get; }

    /// <summary>Replaces what the hub sends to a node: the cheating hub.</summary>
    public Func<string, HubMessage, IEnumerable<HubMessage>> HubSends { get; set; } = (_, message) => [message];

    /// <summary>Replaces what a node's message becomes before the honest part of the hub sees it.</summary>
    public Func<string, NodeMessage, IEnumerable<NodeMessage>> HubReceives { get; set; } = (_, message) => [message];

    /// <summary>Changes the prepared states of a session before its events are announced.</summary>
    public Action<SessionId, long[], byte[], byte[]> Prepare { get; set; } = (_, _, _, _) => { };

    /// <summary>Everything that the hub received and sent, in order, as bytes.</summary>
    public List<(string Node, bool Received, byte[] Bytes)> Seen { get; } = [];

    public TestNode Node(string name) => name == "alice" ? Alice : Bob;

    /// <summary>Attaches both and lets them agree on a block.</summary>
    public InMemoryNetwork Connect()
    {
        Attach(Alice);
        Attach(Bob);
        Settle();
        return this;
    }

    public void Attach(TestNode node)
    {
        Hub.OnAttached(node.Name);
        node.Engine.OnHubAttached();
        Settle();
    }

    public void Detach(TestNode node)
    {
        Hub.OnDetached(node.Name);
        node.Engine.OnHubLost();
        Settle();
    }

    /// <summary>Delivers messages and lets time pass in small steps until nothing happens any more.</summary>
    public void Settle(int ticks = 3)
    {
        for (int tick = 0; tick < ticks; tick++)
        {
            Pump();
            Time.Advance(TimeSpan.FromSeconds(6));
            Alice.Engine.Tick();
            Bob.Engine.Tick();
            Pump();
        }
    }

    public void Pump()
    {
        while (queue.TryDequeue(out Action? deliver))
        {
            deliver();
        }
    }

    /// <summary>Starts the next session; both users begin to emit.</summary>
    public (HubBlock Block, HubSession Session) StartSession()
    {
        (HubBlock Block, HubSession Session)? next = Hub.NextSession();
        Assert.NotNull(next);
        next.Value.Block.Start(next.Value.Session, startPs: 1_000_000);
        Pump();
        return next.Value;
    }

    /// <summary>Both users report that they emitted up to a slot.</summary>
    public void Emit(SessionId session, long emitted, bool ended)
    {
        Alice.Engine.OnEmission(session, emitted, ended);
        Bob.Engine.OnEmission(session, emitted, ended);
        Pump();
    }

    /// <summary>Draws the events of a session and writes the users' states down.</summary>
    public long[] DrawEvents(SessionId session)
    {
        (long[] slots, byte[] a, byte[] b) = events.Draw(
            Settings.EventsPerSession, Settings.Block.SlotsPerSession, Settings.Block.GuardSlots, HashCode.Combine(sessionsRun++, Settings.Seed.Length));
        Prepare(session, slots, a, b);
        Alice.Emission.Write(session, slots, a);
        Bob.Emission.Write(session, slots, b);
        return slots;
    }

    /// <summary>Runs one whole session.</summary>
    public void RunSession()
    {
        (HubBlock block, HubSession session) = StartSession();
        long[] slots = DrawEvents(session.Id);
        Emit(session.Id, Settings.Block.SlotsPerSession, ended: false);
        block.Announce(session, slots, new byte[slots.Length]);
        Pump();
        Emit(session.Id, Settings.Block.SlotsPerSession, ended: true);
        block.EndMeasurement(session);
        Pump();
    }

    /// <summary>Runs sessions until the open block is closed, and distils it.</summary>
    public InMemoryNetwork RunBlock()
    {
        for (int session = 0; session < Settings.Block.Sessions; session++)
        {
            RunSession();
        }

        Pump();
        return this;
    }

    /// <summary>Time passes until every stage limit is over.</summary>
    public void Wait(TimeSpan span)
    {
        Alice.Engine.Tick();
        Bob.Engine.Tick();
        Time.Advance(span);
        Alice.Engine.Tick();
        Bob.Engine.Tick();
        Pump();
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void ToHub(string node, NodeMessage message)
    {
        Seen.Add((node, true, Google.Protobuf.MessageExtensions.ToByteArray(message)));
        foreach (NodeMessage passed in HubReceives(node, message.Clone()))
        {
            queue.Enqueue(() => Hub.OnMessage(node, passed));
        }
    }

    private void FromHub(string node, HubMessage message)
    {
        foreach (HubMessage sent in HubSends(node, message.Clone()))
        {
            Seen.Add((node, false, Google.Protobuf.MessageExtensions.ToByteArray(sent)));
            queue.Enqueue(() => Node(node).Engine.OnHubMessage(sent));
        }
    }

    private void Decode(DecodeJob job) => queue.Enqueue(() =>
    {
        ulong[] pattern = new ulong[job.Code.Length / 64];
        DecodeResult result = decoder.Decode(
            job.Code, job.Rounds, job.Syndrome, job.RealBits, job.Qber, pattern, CancellationToken.None);
        job.Done(result.Converged ? pattern : null);
    });
}
