using System.Net;
using System.Net.Sockets;
using MdiQkd.Acquisition;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.Tests.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

/// <summary>The laboratory over real loopback sockets.</summary>
public sealed class SimulatedWorldTests
{
    private static readonly SourceSettings A = Stations.SourceA;
    private static readonly SourceSettings B = Stations.SourceB;

    private static CancellationToken Limit => TestLaboratory.Limit;

    [Theory]
    [InlineData(Fidelity.Coincidences)]
    [InlineData(Fidelity.Singles)]
    public async Task A_session_gives_the_coincidences_of_the_chain_and_ends(Fidelity fidelity)
    {
        const long slots = 4_000_000;
        await using TestLaboratory lab = await TestLaboratory.StartAsync(TestLaboratory.Configuration(fidelity));
        List<(long TimePs, byte Channel)> tags = await SessionAsync(lab, slots);
        long start = lab.WatermarkPs - (slots * 5000);
        var bySlot = tags.Where(tag => tag.TimePs > start).GroupBy(tag => (tag.TimePs - start) / 5000)
            .Where(slot => slot.Select(tag => tag.Channel).Distinct().Count() == 2
                && slot.Count() == 2
                && Math.Abs(slot.First().TimePs - slot.Last().TimePs) is > 2000 and < 3000);
        StationSettings station = TestLaboratory.Configuration().Station;
        ExactChannel exact = Stations.Exact(station, 3, 4);
        var chain = new DeadTimeChain(
            DeadTimeChain.MixedPatterns(exact, A, B), BlindBins.FromTiming(Stations.Timing, 30_000));
        double expected = 0;
        foreach (IntensityLabel a in Enum.GetValues<IntensityLabel>())
        {
            foreach (IntensityLabel b in Enum.GetValues<IntensityLabel>())
            {
                expected += slots * A.Probability(a) * B.Probability(b) * chain.Gain(exact, A, a, B, b).Gain;
            }
        }

        // Poisson, 4 σ; dark counts outside the windows are 1e-5 of the tags.
        Assert.InRange(bySlot.Count(), expected - (4 * Math.Sqrt(expected)), expected + (4 * Math.Sqrt(expected)));
    }

    [Fact]
    public async Task The_physics_repeats_from_its_seed_and_each_session_differs()
    {
        List<(long, byte)>[] runs = new List<(long, byte)>[2];
        for (int run = 0; run < 2; run++)
        {
            await using TestLaboratory lab = await TestLaboratory.StartAsync();
            runs[run] = [.. await SessionAsync(lab, 300_000)];
            List<(long, byte)> second = await SessionAsync(lab, 300_000);
            Assert.NotEqual(runs[run].Count, second.Count);
            runs[run].AddRange(second);
        }

        Assert.True(runs[0].Count > 500);
        Assert.Equal(runs[0], runs[1]);
    }

    [Theory]
    [InlineData(Fidelity.Coincidences)]
    [InlineData(Fidelity.Singles)]
    public async Task The_board_path_and_the_array_path_deliver_identical_tags(Fidelity fidelity)
    {
        WorldConfiguration configuration = TestLaboratory.Configuration(fidelity);
        List<(long, byte)>[] paths = new List<(long, byte)>[2];
        for (int path = 0; path < 2; path++)
        {
            await using TestLaboratory lab = path == 0
                ? await TestLaboratory.StartAsync(configuration) : await TestLaboratory.StartOnBoardAsync(configuration);
            StreamStateEncoder a = await lab.EncoderAsync("inta-1");
            StreamStateEncoder b = await lab.EncoderAsync("inta-2");
            StreamStateEncoder c = await lab.EncoderAsync("sgsics");
            List<(long TimePs, byte Channel)> first = await SessionAsync(lab, 300_000, a, b);
            long firstStartPs = lab.WatermarkPs - (300_000 * 5000L);
            List<(long TimePs, byte Channel)> second = await SessionAsync(lab, 200_000, a, c, portB: 3);
            long secondStartPs = lab.WatermarkPs - (200_000 * 5000L);

            // Dark counts between sessions come in stretches that depend on when the loop found the switch moved.
            paths[path] = [.. first.Where(tag => tag.TimePs > firstStartPs), .. second.Where(tag => tag.TimePs > secondStartPs)];
        }

        Assert.True(paths[0].Count > 500);
        Assert.Equal(paths[0], paths[1]);
    }

    [Fact]
    public async Task Light_that_does_not_wait_for_the_relock_does_not_interfere()
    {
        // No dead time: it would hide most of the coincidences of such bright light.
        WorldConfiguration configuration = TestLaboratory.Configuration();
        await using TestLaboratory lab = await TestLaboratory.StartAsync(
            configuration with { Detectors = configuration.Detectors with { DeadTimePs = 0 } });
        // 2 ms of relock are 400,000 slots: the first half of the session has no overlap.
        await lab.Switch.ConnectAsync(1, 2, Limit);
        SessionLight light = lab.Light(
            800_000, SourceSettings.FromReal(0.5, 0.4, 0.01, 0.01, 0.97, 0.01), lab.WatermarkPs + 1_000_000_000);
        byte[] keyA = lab.NextKey();
        byte[] keyB = lab.NextKey();
        StreamStateEncoder a = await lab.EncoderAsync("inta-1");
        StreamStateEncoder b = await lab.EncoderAsync("inta-2");
        await ArmBothAsync(a, b, light, light, keyA, keyB);
        List<(long TimePs, byte Channel)> tags = await lab.ReadTagsAsync(light.EndPs);
        double[] errorRates = new double[2];
        using var statesA = new CounterStates(keyA, light.Source, light.Pilots, light.Slots);
        using var statesB = new CounterStates(keyB, light.Source, light.Pilots, light.Slots);
        for (int half = 0; half < 2; half++)
        {
            long[] slots = [.. tags.Select(tag => (tag.TimePs - light.StartPs) / 5000)
                .Where(slot => slot / 400_000 == half).Distinct()];
            byte[] packedA = new byte[slots.Length], packedB = new byte[slots.Length];
            Assert.True(statesA.TryRead(slots, packedA) && statesB.TryRead(slots, packedB));
            var pairs = packedA.Zip(packedB).Where(p => (p.First & 3) == 2 && (p.Second & 3) == 2).ToArray();
            errorRates[half] = pairs.Average(p => p.First == p.Second ? 1.0 : 0.0);
            Assert.True(pairs.Length > 2000);
        }

        // Without overlap the phase means nothing: 1/2; with it about (1 − M/2)/2 = 0.26. n > 2,000, 4 σ < 0.045.
        Assert.InRange(errorRates[0], 0.455, 0.545);
        Assert.InRange(errorRates[1], 0.2, 0.33);
    }

    [Fact]
    public async Task Emission_waits_for_both_and_a_stop_ends_the_session_for_both()
    {
        await using TestLaboratory lab = await TestLaboratory.StartAsync();
        await lab.Switch.ConnectAsync(2, 3, Limit);
        SessionLight light = lab.Light(10_000_000, A);
        StreamStateEncoder a = await lab.EncoderAsync("inta-2");
        StreamStateEncoder b = await lab.EncoderAsync("sgsics");
        await a.ArmAsync(light, lab.NextKey(), Limit);
        await a.EmitAsync(light.Session, 200_000, Limit);
        await b.ArmAsync(light, lab.NextKey(), Limit);
        await b.EmitAsync(light.Session, 150_000, Limit);
        await lab.ReadTagsAsync(light.StartPs + (149_999 * 5000L));
        await a.StopAsync(light.Session, Limit);
        EncoderProgress endA = await TestLaboratory.EndOfAsync(a, light.Session);
        EncoderProgress endB = await TestLaboratory.EndOfAsync(b, light.Session);
        Assert.Equal(new EncoderProgress(light.Session, 150_000, true, "stopped by inta-2"), endA);
        Assert.Equal(endA, endB);
        await lab.ReadTagsAsync(light.StartPs + (150_000 * 5000L));
    }

    [Fact]
    public async Task Lost_nodes_and_switch_moves_end_a_session()
    {
        await using TestLaboratory lab = await TestLaboratory.StartAsync();
        StreamStateEncoder a = await lab.EncoderAsync("inta-1");
        StreamStateEncoder b = await lab.EncoderAsync("inta-2");
        await lab.Switch.ConnectAsync(1, 2, Limit);
        SessionLight light = lab.Light(1_000_000_000, A);
        await ArmBothAsync(a, b, light, light, lab.NextKey(), lab.NextKey(), untilSlot: 100_000);
        await lab.ReadTagsAsync(light.StartPs + (99_999 * 5000L));
        await lab.Switch.DarkAsync(Limit);
        EncoderProgress end = await TestLaboratory.EndOfAsync(a, light.Session);
        Assert.Equal("the optical switch moved", end.Reason);
        Assert.Equal(end, await TestLaboratory.EndOfAsync(b, light.Session));
        await lab.ReadTagsAsync(light.StartPs + (100_000 * 5000L) + 1_000_000_000);

        await lab.Switch.ConnectAsync(1, 2, Limit);
        light = lab.Light(1_000_000_000, A);
        await ArmBothAsync(a, b, light, light, lab.NextKey(), lab.NextKey(), untilSlot: 100_000);
        await lab.ReadTagsAsync(light.StartPs + (99_999 * 5000L));
        await a.DisposeAsync();
        end = await TestLaboratory.EndOfAsync(b, light.Session);
        Assert.Equal(100_000, end.EmittedSlots);
        Assert.Contains("inta-1 lost its node", end.Reason, StringComparison.Ordinal);

        // A newer connection takes the encoder over; the session of the older one ends.
        await using StreamStateEncoder newer = await lab.EncoderAsync("inta-2");
        await Assert.ThrowsAsync<StateEncoderException>(() => b.Progress.Completion.WaitAsync(Limit));
    }

    [Fact]
    public async Task What_does_not_fit_together_is_refused_or_ended_with_a_reason()
    {
        await using TestLaboratory lab = await TestLaboratory.StartAsync();
        StreamStateEncoder a = await lab.EncoderAsync("inta-1");
        StreamStateEncoder b = await lab.EncoderAsync("inta-2");
        await lab.Switch.ConnectAsync(1, 2, Limit);
        SessionLight light = lab.Light(1000, A);

        await RefusedAsync(a, light with { Timing = new SlotTiming(4000, 2000, 500) }, "slot raster");
        await lab.ReadTagsAsync(1_000_000_000); // the move has taken its time
        await RefusedAsync(a, lab.Light(1000, A, startPs: 0), "in the past");
        await EndedAsync(lab, a, b, light, lab.Light(1000, B), "different sessions");
        light = lab.Light(1000, A);
        await EndedAsync(lab, a, b, light, light with { StartPs = light.StartPs + 1 }, "different starts");
        light = lab.Light(1000, A);
        await EndedAsync(lab, a, b, light, light with { Slots = 1001 }, "different numbers of slots");
        light = lab.Light(1000, A);
        await EndedAsync(lab, a, b, light, light with { Pilots = new PilotPattern(10, 1) }, "different pilot patterns");
        await RefusedAsync(a, light, "armed before");

        // A session that both armed in time, but whose start passed while the switch moved.
        light = lab.Light(1000, A, lab.WatermarkPs + 500_000_000);
        await a.ArmAsync(light, lab.NextKey(), Limit);
        await b.ArmAsync(light, lab.NextKey(), Limit);
        await lab.Switch.ConnectAsync(1, 2, Limit);
        await a.EmitAsync(light.Session, 1000, Limit);
        await b.EmitAsync(light.Session, 1000, Limit);
        Assert.Contains(
            "in the past", (await TestLaboratory.EndOfAsync(b, light.Session)).Reason, StringComparison.Ordinal);

        // And after all that the laboratory works.
        Assert.NotEmpty(await SessionAsync(lab, 100_000, a, b));
    }

    [Fact]
    public async Task A_tag_client_that_does_not_read_holds_time_back_and_a_new_one_goes_on()
    {
        WorldConfiguration configuration = TestLaboratory.Configuration(Fidelity.Singles);
        await using TestLaboratory lab = await TestLaboratory.StartAsync(configuration);
        StreamStateEncoder a = await lab.EncoderAsync("inta-1");
        StreamStateEncoder b = await lab.EncoderAsync("inta-2");
        await lab.Switch.ConnectAsync(1, 2, Limit);
        SessionLight light = lab.Light(2_000_000_000, A); // 10 s, some 2e8 tags: more than any socket holds
        await ArmBothAsync(a, b, light, light, lab.NextKey(), lab.NextKey());
        long emitted = 0;
        for (long last = -1; emitted > last;)
        {
            last = emitted;
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(Limit);
            quiet.CancelAfter(2000); // with the tag client stuck, no report comes: this is what the test waits for
            try
            {
                while (true)
                {
                    emitted = Math.Max(emitted, (await a.Progress.ReadAsync(quiet.Token)).EmittedSlots);
                }
            }
            catch (OperationCanceledException) when (!Limit.IsCancellationRequested)
            {
            }
        }

        Assert.InRange(emitted, 1, light.Slots / 2);
        await lab.ConnectTaggerAsync();
        await lab.ReadTagsAsync(light.StartPs + ((emitted + 1_000_000) * 5000));
        await a.StopAsync(light.Session, Limit);
        Assert.True((await TestLaboratory.EndOfAsync(b, light.Session)).EmittedSlots > emitted);
    }

    [Fact]
    public async Task Garbage_on_every_port_takes_nothing_down()
    {
        await using TestLaboratory lab = await TestLaboratory.StartAsync();
        IPEndPoint[] ports = [lab.World.EndPoints.Switch, .. lab.World.EndPoints.Encoders.Values];
        byte[] garbage = new byte[40_000];
        PhysicsRandom random = PhysicsSeed.FromNumber(1).Generator("garbage");
        for (int i = 0; i < garbage.Length; i++)
        {
            garbage[i] = (byte)random.NextUInt64();
        }

        foreach (IPEndPoint port in ports)
        {
            for (int length = 0; length < 40_000; length = (length * 7) + 1)
            {
                using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await client.ConnectAsync(port, Limit);
                try
                {
                    await client.SendAsync(garbage.AsMemory(0, length), Limit);
                }
                catch (SocketException)
                {
                    // The world may hang up first.
                }
            }
        }

        Assert.NotEmpty(await SessionAsync(lab, 100_000));
        Assert.False(lab.World.Completion.IsCompleted);
    }

    [Fact]
    public void A_port_in_use_is_an_error_at_the_start()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Throws<SocketException>(() => SimulatedWorld.Start(TestLaboratory.Configuration() with { TaggerPort = port }));
    }

    private static async Task<List<(long TimePs, byte Channel)>> SessionAsync(
        TestLaboratory lab, long slots, StreamStateEncoder? a = null, StreamStateEncoder? b = null, int portB = 2)
    {
        a ??= await lab.EncoderAsync("inta-1");
        b ??= await lab.EncoderAsync("inta-2");
        await lab.Switch.ConnectAsync(1, portB, Limit);
        SessionLight light = lab.Light(slots, A);
        await ArmBothAsync(a, b, light, light with { Source = B }, lab.NextKey(), lab.NextKey());
        List<(long TimePs, byte Channel)> tags = await lab.ReadTagsAsync(light.EndPs);
        Assert.Equal(light.EndPs, lab.WatermarkPs);
        var end = new EncoderProgress(light.Session, slots, true, "");
        Assert.Equal(end, await TestLaboratory.EndOfAsync(a, light.Session));
        Assert.Equal(end, await TestLaboratory.EndOfAsync(b, light.Session));
        return tags;
    }

    private static async Task ArmBothAsync(
        StreamStateEncoder a,
        StreamStateEncoder b,
        SessionLight lightA,
        SessionLight lightB,
        byte[] keyA,
        byte[] keyB,
        long untilSlot = long.MaxValue)
    {
        await a.ArmAsync(lightA, keyA, Limit);
        await b.ArmAsync(lightB, keyB, Limit);
        await a.EmitAsync(lightA.Session, untilSlot, Limit);
        await b.EmitAsync(lightB.Session, untilSlot, Limit);
    }

    private static async Task RefusedAsync(StreamStateEncoder encoder, SessionLight light, string reason)
    {
        var refusal = await Assert.ThrowsAsync<StateEncoderException>(
            () => encoder.ArmAsync(light, new byte[CounterStates.KeySize], Limit));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task EndedAsync(
        TestLaboratory lab, StreamStateEncoder a, StreamStateEncoder b, SessionLight lightA, SessionLight lightB, string reason)
    {
        await ArmBothAsync(a, b, lightA, lightB, lab.NextKey(), lab.NextKey());
        EncoderProgress endA = await TestLaboratory.EndOfAsync(a, lightA.Session);
        EncoderProgress endB = await TestLaboratory.EndOfAsync(b, lightB.Session);
        Assert.Contains(reason, endA.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, endB.Reason, StringComparison.Ordinal);
        Assert.Equal(0, endA.EmittedSlots + endB.EmittedSlots);
    }
}
