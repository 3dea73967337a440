using System.Net;
using System.Net.Sockets;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Tests.Acquisition;

public class ScpiOpticalSwitchTests
{
    private static readonly CancellationToken Forever = CancellationToken.None;

    [Fact]
    public async Task Connects_two_users_to_the_two_inputs_and_nothing_else()
    {
        await using ScpiSwitchBench bench = new();
        await using ScpiOpticalSwitch optics = Driver(bench);
        await optics.ConnectAsync(3, 7, Forever);
        Assert.Equal([(3, 31), (7, 32)], bench.Connections);
        Assert.Equal((3, 7), await optics.ReadBackAsync(Forever));
        await optics.ConnectAsync(7, 1, Forever);
        Assert.Equal([(7, 31), (1, 32)], bench.Connections);
        await optics.DarkAsync(Forever);
        Assert.Empty(bench.Connections);
        Assert.Null(await optics.ReadBackAsync(Forever));
    }

    [Fact]
    public async Task Speaks_the_documented_commands()
    {
        await using ScpiSwitchBench bench = new();
        await using ScpiOpticalSwitch optics = Driver(bench);
        await optics.ConnectAsync(3, 7, Forever);
        Assert.Equal(
            [":syst:err?", ":oxc:swit:conn:only (@3,7),(@31,32)", "*OPC?", ":syst:err?", ":oxc:swit:conn:stat?"],
            bench.Received);
    }

    [Fact]
    public async Task A_switch_that_sticks_is_found_by_read_back()
    {
        await using ScpiSwitchBench bench = new();
        await using ScpiOpticalSwitch optics = Driver(bench);
        await optics.ConnectAsync(3, 7, Forever);
        bench.Sticks = true;
        OpticalSwitchException error = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(4, 7, Forever));
        Assert.Contains("(@3,7),(@31,32) differs from (@4,7),(@31,32)", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.DarkAsync(Forever));
        Assert.Contains("read-back", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_port_is_found_and_its_light_blocked()
    {
        await using ScpiSwitchBench bench = new() { PortError = 1 };
        await using ScpiOpticalSwitch optics = Driver(bench);
        await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(3, 7, Forever));
        bench.PortError = 0;
        Assert.Null(await optics.ReadBackAsync(Forever));
        Assert.Contains(":oxc:swit:disc:all", bench.Received);
    }

    [Theory]
    [InlineData("*OPC?")]
    [InlineData(":syst:err?")]
    [InlineData("stat?")]
    public async Task A_switch_that_never_answers_times_out_and_can_be_used_again(string query)
    {
        await using ScpiSwitchBench bench = new() { SilentOn = query };
        await using ScpiOpticalSwitch optics = new(Settings(bench.EndPoint) with { ReplyTimeoutMs = 100 });
        OpticalSwitchException error = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(3, 7, Forever));
        Assert.Contains("no answer", error.Message, StringComparison.Ordinal);
        bench.SilentOn = null;
        await using ScpiOpticalSwitch patient = Driver(bench);
        await patient.ConnectAsync(3, 7, Forever);
        Assert.Equal((3, 7), await patient.ReadBackAsync(Forever));
    }

    [Fact]
    public async Task A_connection_that_closes_is_named_and_opened_again()
    {
        await using ScpiSwitchBench bench = new() { HangsUpOn = "*OPC?" };
        await using ScpiOpticalSwitch optics = Driver(bench);
        await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(3, 7, Forever));
        bench.HangsUpOn = null;
        await optics.ConnectAsync(3, 7, Forever);
        Assert.Equal((3, 7), await optics.ReadBackAsync(Forever));
    }

    [Fact]
    public async Task A_refused_port_is_reported_in_the_words_of_the_switch()
    {
        await using ScpiSwitchBench bench = new();
        await using ScpiOpticalSwitch optics = Driver(bench);
        OpticalSwitchException error = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(99, 7, Forever));
        Assert.Contains("-222,\"Data out of range\"", error.Message, StringComparison.Ordinal);
        await optics.ConnectAsync(3, 7, Forever);
    }

    [Fact]
    public async Task Stale_errors_are_emptied_before_the_first_move()
    {
        await using ScpiSwitchBench bench = new() { StaleErrors = 3 };
        await using ScpiOpticalSwitch optics = Driver(bench);
        await optics.ConnectAsync(3, 7, Forever);
        Assert.Equal((3, 7), await optics.ReadBackAsync(Forever));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("(@3),(@31,32)")]
    [InlineData("(@3,x),(@31,32)")]
    [InlineData("(@3,7),(@31,30)")]
    [InlineData("(@3),(@31)")]
    [InlineData("(@3,7,9),(@31,32,30)")]
    public async Task An_unexpected_state_is_refused(string reply)
    {
        await using ScpiSwitchBench bench = new() { StateReply = reply };
        await using ScpiOpticalSwitch optics = Driver(bench);
        await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ReadBackAsync(Forever));
    }

    [Fact]
    public async Task An_unreachable_switch_is_named()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        IPEndPoint endPoint = (IPEndPoint)closed.LocalEndpoint;
        closed.Stop();
        await using ScpiOpticalSwitch optics = new(Settings(endPoint));
        OpticalSwitchException error = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.DarkAsync(Forever));
        Assert.Contains(endPoint.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_is_not_a_fault_of_the_switch()
    {
        await using ScpiSwitchBench bench = new() { SilentOn = "*OPC?" };
        await using ScpiOpticalSwitch optics = Driver(bench);
        using CancellationTokenSource cancel = new(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => optics.ConnectAsync(3, 7, cancel.Token));
    }

    [Fact]
    public async Task Impossible_ports_and_settings_throw_at_once()
    {
        await using ScpiSwitchBench bench = new();
        await using ScpiOpticalSwitch optics = Driver(bench);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => optics.ConnectAsync(3, 3, Forever));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => optics.ConnectAsync(0, 3, Forever));
        Assert.Throws<ArgumentException>(() => new ScpiOpticalSwitch(Settings(bench.EndPoint) with { Input2Port = 31 }));
        Assert.Throws<ArgumentException>(() => new ScpiOpticalSwitch(Settings(bench.EndPoint) with { ReplyTimeoutMs = 0 }));
    }

    private static OpticalSwitchSettings Settings(IPEndPoint endPoint) => new(endPoint, 31, 32);

    private static ScpiOpticalSwitch Driver(ScpiSwitchBench bench) => new(Settings(bench.EndPoint));
}
