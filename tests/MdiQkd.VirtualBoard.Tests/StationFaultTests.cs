using MdiQkd.Hub;
using MdiQkd.Hub.Station;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Tests;

/// <summary>The hub's measurement station when its board fails: dark, counted, said, and on again after repair.</summary>
public sealed class StationFaultTests
{
    [Theory]
    [InlineData("stuck=1", FaultCode.SwitchStuck)]
    [InlineData("wrong-port=1000", FaultCode.SwitchWrongPort)]
    [InlineData("chatter=2", FaultCode.SwitchNotSettled)]
    public async Task A_switch_that_fails_is_tried_until_it_works_again(string fault, FaultCode code)
    {
        await using BoardRig board = await BoardRig.StartAsync();
        await BoardRig.UntilAsync(() => board.Board.NowMs > 200, "started dark"); // the first move of the firmware
        board.Fault(fault);
        await using HubRig hub = await HubRig.StartAsync(board);

        await BoardRig.UntilAsync(() => hub.Station.SwitchFaults >= 2, "two attempts");
        Assert.Equal((0, 0), board.Board.Light);
        Assert.Equal(0, hub.SessionsStarted);
        Assert.Contains(code.ToString(), hub.Lines.Aggregate("", (all, line) => all + line), StringComparison.Ordinal);
        Assert.True(board.Board.Faults.CountOf(code) > 0);
        Assert.NotEqual("", hub.Station.LastSwitchFault);

        board.Fault("none");
        await hub.UntilMeasuringAsync();
        Assert.Equal(1, hub.SessionsStarted);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("moved")]
    public async Task A_session_whose_light_goes_off_ends_and_the_next_one_begins_with_a_move(string what)
    {
        await using BoardRig board = await BoardRig.StartAsync();
        await using HubRig hub = await HubRig.StartAsync(board);
        await hub.UntilMeasuringAsync();
        Assert.Equal(0, hub.Station.SwitchFaults);

        if (what == "cut")
        {
            board.Pipe.CutAfter(7); // in the middle of the next frame's header
        }
        else
        {
            board.Fault("jump=3");
        }

        await BoardRig.UntilAsync(() => hub.SessionsStarted == 2, "next session");
        await hub.UntilMeasuringAsync();
        Assert.Contains(hub.Lines, line => line.Contains("left a and b unasked", StringComparison.Ordinal)
            || line.Contains("optical switch:", StringComparison.Ordinal));
        Assert.True(hub.Station.SwitchFaults >= 1);
        Assert.True(hub.Watch.Faults >= 1);
        Assert.NotEqual("", hub.Watch.LastFault);
    }

    [Fact]
    public void A_configuration_names_devices_on_the_network_or_on_the_board()
    {
        HubConfiguration sound = HubRig.Configuration();
        Assert.Null(sound.Fault());
        Assert.Null((sound with { Tagger = HubConfiguration.OnBoard, Board = "/dev/ttyUSB0@115200" }).Fault());
        Assert.Null((sound with { Switch = "127.0.0.1:5025", Board = null }).Fault());
        Assert.StartsWith("board: missing", (sound with { Board = null }).Fault(), StringComparison.Ordinal);
        Assert.StartsWith("board: 'nowhere' is no device", (sound with { Board = "nowhere" }).Fault(), StringComparison.Ordinal);
        Assert.Contains("is not used", (sound with { Switch = "127.0.0.1:5025" }).Fault(), StringComparison.Ordinal);
        Assert.StartsWith("tagger = 'bord'", (sound with { Tagger = "bord" }).Fault(), StringComparison.Ordinal);
        Assert.StartsWith("listen = 'board'", (sound with { Listen = "board" }).Fault(), StringComparison.Ordinal);
        Assert.StartsWith("boardTimeoutMs = 1", (sound with { BoardTimeoutMs = 1 }).Fault(), StringComparison.Ordinal);
    }
}
