using System.Collections.Concurrent;
using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.Tests.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

/// <summary>A world on real loopback sockets with three users, and the clients that a hub and two nodes would be.</summary>
internal sealed class TestLaboratory : IAsyncDisposable
{
    public const int SettlingTimeMs = 1;
    public const int RelockTimeMs = 2;

    private readonly List<IAsyncDisposable> clients = [];
    private int keys;
    private int sessions;

    private BoardBench? bench;

    private TestLaboratory(SimulatedWorld world) => World = world;

    public SimulatedWorld World { get; }

    public ConcurrentQueue<string> Log { get; } = [];

    public ITimeTagSource Tags { get; private set; } = null!;

    public IOpticalSwitch Switch { get; private set; } = null!;

    public long WatermarkPs { get; private set; }

    /// <summary>Far beyond what any wait takes, so that a hang shows where it hangs.</summary>
    public static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static WorldConfiguration Configuration(Fidelity fidelity = Fidelity.Coincidences) => new(
        Stations.Timing,
        new DetectorSettings(0.8, 1000, 30_000, 40),
        new InterferenceSettings(0.97, 0.003, 0.1),
        new SimulatedSwitchSettings(101, 102, SettlingTimeMs, RelockTimeMs),
        [new("inta-1", 1, 3), new("inta-2", 2, 4), new("sgsics", 3, 5)],
        fidelity,
        Seed: 11,
        ChunkMs: 5);

    public static async Task<TestLaboratory> StartAsync(WorldConfiguration? configuration = null)
    {
        TestLaboratory? made = null;
        made = new TestLaboratory(SimulatedWorld.Start(
            configuration ?? Configuration(), line => made?.Log.Enqueue(line)));
        await made.ConnectTaggerAsync();
        made.Switch = new ScpiOpticalSwitch(new OpticalSwitchSettings(made.World.EndPoints.Switch, 101, 102, 20_000));
        made.clients.Add(made.Switch);
        return made;
    }

    /// <summary>The same world behind a virtual board that moves the switch and carries the tags.</summary>
    public static async Task<TestLaboratory> StartOnBoardAsync(WorldConfiguration configuration)
    {
        TestLaboratory? made = null;
        made = new TestLaboratory(SimulatedWorld.Start(configuration, line => made?.Log.Enqueue(line)));
        made.bench = await BoardBench.StartAsync(made.World.EndPoints, Limit);
        (made.Tags, made.Switch) = (made.bench.Tags, made.bench.Switch);
        return made;
    }

    public async Task ConnectTaggerAsync()
    {
        Tags = await TcpTagSource.ConnectAsync(World.EndPoints.Tagger, Limit);
        clients.Add(Tags);
        var block = new TimeTagBlock();
        Assert.True(await Tags.ReadAsync(block, Limit)); // the clock comes at once
        WatermarkPs = block.WatermarkPs;
    }

    public async Task<StreamStateEncoder> EncoderAsync(string user)
    {
        StreamStateEncoder encoder = await StreamStateEncoder.ConnectAsync(World.EndPoints.Encoders[user], Limit);
        clients.Add(encoder);
        return encoder;
    }

    /// <summary>The light of the next session, aligned, as a hub would plan it after the switch has moved.</summary>
    public SessionLight Light(long slots, SourceSettings source, long? startPs = null) => new(
        new SessionId(((UInt128)Environment.TickCount64 << 32) + (UInt128)(++sessions)),
        startPs ?? WatermarkPs + ((SettlingTimeMs + RelockTimeMs) * 1_000_000_000L),
        slots,
        Stations.Timing,
        source,
        Stations.NoPilots);

    public byte[] NextKey() => [.. Enumerable.Repeat((byte)++keys, CounterStates.KeySize)];

    /// <summary>Reads tags until the watermark is at or past a time.</summary>
    public async Task<List<(long TimePs, byte Channel)>> ReadTagsAsync(long untilPs)
    {
        List<(long, byte)> tags = [];
        var block = new TimeTagBlock();
        while (WatermarkPs < untilPs)
        {
            Assert.True(await Tags.ReadAsync(block, Limit));
            Assert.True(block.WatermarkPs >= WatermarkPs);
            for (int i = 0; i < block.Count; i++)
            {
                Assert.True(block.TimesPs[i] > WatermarkPs && block.TimesPs[i] <= block.WatermarkPs);
                tags.Add((block.TimesPs[i], block.Channels[i]));
            }

            WatermarkPs = block.WatermarkPs;
        }

        return tags;
    }

    /// <summary>Reads progress until the end of a session; checks that it never falls.</summary>
    public static async Task<EncoderProgress> EndOfAsync(StreamStateEncoder encoder, SessionId session)
    {
        long emitted = 0;
        await foreach (EncoderProgress progress in encoder.Progress.ReadAllAsync(Limit))
        {
            if (progress.Session == session)
            {
                Assert.True(progress.EmittedSlots >= emitted);
                emitted = progress.EmittedSlots;
                if (progress.Ended)
                {
                    return progress;
                }
            }
        }

        throw new InvalidOperationException("the encoder went away");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable client in clients)
        {
            await client.DisposeAsync();
        }

        if (bench is not null)
        {
            await bench.DisposeAsync();
        }

        await World.DisposeAsync();
        Assert.Null(World.Completion.Exception?.GetBaseException()); // a fault of the world fails every test
    }
}
