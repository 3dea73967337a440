using System.Globalization;
using MdiQkd.Authentication.Pool;
using MdiQkd.Hub.Pair;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>
/// Two real users (four with a second pair) and a real hub without sockets or threads: messages go through one queue, and a test
/// may play the hub that cheats by changing, dropping, repeating or inventing them on the way.
/// </summary>
internal sealed class InMemoryNetwork : IDisposable
{
    private readonly Queue<Action> queue = new();
    private readonly string folder;
    private readonly ErrorPatternDecoder decoder = new();
    private readonly LinkEvents events;
    private readonly List<TestNode> nodes = [];
    private int sessionsRun;

    public InMemoryNetwork(
        NetworkSettings? settings = null,
        NetworkSettings? settingsOfAlice = null,
        NetworkSettings? settingsOfBob = null,
        bool secondPair = false)
    {
        Settings = settings ?? new NetworkSettings();
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        folder = Path.Combine(root, "mdiqkd-" + Guid.NewGuid().ToString("N"));
        events = new LinkEvents(Settings.SourceA, Settings.SourceB, Settings.Channel);
        Hub = new HubCore(["alice", "bob", "carol", "dave"], CodeBook.Default, FromHub, Decode, HubLog);
        AddPair("alice", "bob", settingsOfAlice ?? Settings, settingsOfBob ?? Settings);
        if (secondPair)
        {
            AddPair("carol", "dave", Settings, Settings);
        }
    }

    public NetworkSettings Settings { get; }

    public ManualTime Time { get; } = new();

    public HubCore Hub { get; }

    public TestNode Alice => nodes[0];

    public TestNode Bob => nodes[1];

    /// <summary>What the hub logs.</summary>
    public RecordedLog HubLog { get; } = new();

    /// <summary>Replaces what the hub sends to a node: the cheating hub.</summary>
    public Func<string, HubMessage, IEnumerable<HubMessage>> HubSends { get; set; } = (_, message) => [message];

    /// <summary>Replaces what a node's message becomes before the honest part of the hub sees it.</summary>
    public Func<string, NodeMessage, IEnumerable<NodeMessage>> HubReceives { get; set; } = (_, message) => [message];

    /// <summary>Changes the prepared states of a session before its events are announced.</summary>
    public Action<SessionId, long[], byte[], byte[]> Prepare { get; set; } = (_, _, _, _) => { };

    /// <summary>Frames that the hub's decoder is able to decode.</summary>
    public Func<DecodeJob, bool> CanDecode { get; set; } = _ => true;

    /// <summary>Everything that the hub received and sent, in order, as bytes.</summary>
    public List<(string Node, bool Received, byte[] Bytes)> Seen { get; } = [];

    public TestNode Node(string name) => nodes.Single(node => node.Name == name);

    /// <summary>Attaches all users and lets them agree on blocks.</summary>
    public InMemoryNetwork Connect()
    {
        nodes.ForEach(Attach);
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
            nodes.ForEach(node => node.Engine.Tick());
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

    /// <summary>Both users of a session report that they emitted up to a slot.</summary>
    public void Emit(SessionId session, long emitted, bool ended)
    {
        nodes.ForEach(node => node.Engine.OnEmission(session, emitted, ended));
        Pump();
    }

    /// <summary>Draws the events of a session and writes the users' states down.</summary>
    public long[] DrawEvents(SessionId session)
    {
        (long[] slots, byte[] a, byte[] b) = events.Draw(
            Settings.EventsPerSession,
            Settings.Block.SlotsPerSession,
            Settings.Block.GuardSlots,
            seed: int.Parse(Settings.Seed, CultureInfo.InvariantCulture) + (1000 * sessionsRun++));
        Prepare(session, slots, a, b);
        BlockPlan plan = Hub.Blocks.Single(block => block.Plan.IndexOf(session) >= 0).Plan;
        Node(plan.A).Emission.Write(session, slots, a);
        Node(plan.B).Emission.Write(session, slots, b);
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

    /// <summary>Runs sessions until the open block of every pair is closed, and distils it.</summary>
    public InMemoryNetwork RunBlock()
    {
        for (int session = 0; session < nodes.Count / 2 * Settings.Block.Sessions; session++)
        {
            RunSession();
        }

        Pump();
        return this;
    }

    /// <summary>Time passes; messages come only after every node has noticed that it did.</summary>
    public void Wait(TimeSpan span)
    {
        nodes.ForEach(node => node.Engine.Tick());
        Time.Advance(span);
        nodes.ForEach(node => node.Engine.Tick());
        Pump();
    }

    public void Dispose()
    {
        nodes.ForEach(node => node.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    private void AddPair(string a, string b, NetworkSettings settingsOfA, NetworkSettings settingsOfB)
    {
        string folderOfA = Directory.CreateDirectory(Path.Combine(folder, a)).FullName;
        string folderOfB = Directory.CreateDirectory(Path.Combine(folder, b)).FullName;
        KeyPool.Provision(
            Path.Combine(folderOfA, "pool.mdq"),
            a,
            Path.Combine(folderOfB, "pool.mdq"),
            b,
            new CountingRandomness(Settings.Seed + "/pool"),
            KeyPool.ProvisionedPadsMin);
        nodes.Add(new TestNode(a, b, folderOfA, settingsOfA, Time, ToHub));
        nodes.Add(new TestNode(b, a, folderOfB, settingsOfB, Time, ToHub));
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
        job.Done(new DecodeOutcome(result.Converged && CanDecode(job) ? pattern : null, result.Iterations, TimeSpan.Zero));
    });
}
