using System.Net.Sockets;
using MdiQkd.Acquisition;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

/// <summary>The simulated switch, line by line and through the driver.</summary>
public sealed class SwitchTests
{
    [Fact]
    public async Task Knows_its_subset_and_queues_errors_for_the_rest()
    {
        await using SimulatedWorld world = SimulatedWorld.Start(TestLaboratory.Configuration());
        using var client = new TcpClient();
        await client.ConnectAsync(world.EndPoints.Switch, TestLaboratory.Limit);
        using var reader = new StreamReader(client.GetStream());
        using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\n" };
        (string Line, string? Reply)[] dialogue =
        [
            ("*IDN?", "MdiQkd,SimulatedSwitch,0,1"),
            ("*OPC?", "1"),
            (":oxc:swit:conn:stat?", "(@),(@)"),
            (":oxc:swit:conn:only (@1,2),(@101,102)", null),
            (":OXC:SWITch:CONNect:STATe?", "(@1,2),(@101,102)"),
            ("oxc:swit:conn:only (@ 3),(@102)\r", null),
            (":oxc:swit:conn:stat?", "(@3),(@102)"),
            (":syst:err?", "0,\"No error\""),
            (":oxc:swit:conn:only (@7),(@101)", null),
            (":oxc:swit:conn:only (@1,1),(@101,102)", null),
            (":oxc:swit:conn:only (@1,2),(@101,101)", null),
            (":oxc:swit:conn:only (@1),(@2)", null),
            (":oxc:swit:conn:only", null),
            (":oxc:swit:conn:only (@1", null),
            (":oxc:swit:explode", null),
            ("", null),
            (":syst:err?", "-222,\"Data out of range\""),
            (":syst:err?", "-222,\"Data out of range\""),
            (":syst:err?", "-222,\"Data out of range\""),
            (":syst:err?", "-222,\"Data out of range\""),
            (":syst:err?", "-113,\"Undefined header\""),
            (":syst:err?", "-113,\"Undefined header\""),
            (":syst:err?", "-113,\"Undefined header\""),
            (":syst:err?", "-113,\"Undefined header\""),
            (":syst:err?", "0,\"No error\""),
            (":oxc:swit:conn:stat?", "(@3),(@102)"),
            (":oxc:swit:disc:all", null),
            (":oxc:swit:conn:stat?", "(@),(@)"),
        ];
        foreach ((string line, string? reply) in dialogue)
        {
            await writer.WriteLineAsync(line);
            if (reply is not null)
            {
                Assert.Equal(reply, await reader.ReadLineAsync(TestLaboratory.Limit));
            }
        }

        for (int i = 0; i < 40; i++)
        {
            await writer.WriteLineAsync("nonsense");
        }

        List<string?> errors = [];
        do
        {
            await writer.WriteLineAsync(":syst:err?");
            errors.Add(await reader.ReadLineAsync(TestLaboratory.Limit));
        }
        while (errors[^1] != "0,\"No error\"");
        Assert.Equal(17, errors.Count);
        Assert.Equal("-350,\"Queue overflow\"", errors[^2]);
    }

    [Fact]
    public async Task Works_with_the_driver_and_each_move_takes_simulated_time()
    {
        await using TestLaboratory lab = await TestLaboratory.StartAsync();
        Assert.Equal(0, lab.WatermarkPs);
        Assert.Null(await lab.Switch.ReadBackAsync(TestLaboratory.Limit));
        await lab.Switch.ConnectAsync(3, 1, TestLaboratory.Limit);
        Assert.Equal((3, 1), await lab.Switch.ReadBackAsync(TestLaboratory.Limit));
        await lab.Switch.DarkAsync(TestLaboratory.Limit);
        await Assert.ThrowsAsync<OpticalSwitchException>(() => lab.Switch.ConnectAsync(1, 9, TestLaboratory.Limit));
        Assert.Null(await lab.Switch.ReadBackAsync(TestLaboratory.Limit));
        // Connect, dark, and the dark that the driver sends after the refused move.
        await lab.ReadTagsAsync(3 * TestLaboratory.SettlingTimeMs * 1_000_000_000L);
        Assert.Equal(3 * TestLaboratory.SettlingTimeMs * 1_000_000_000L, lab.WatermarkPs);
    }
}
