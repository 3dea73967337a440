using System.Net;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Firmware.Adapters;
using MdiQkd.VirtualBoard.Bench;
using MdiQkd.VirtualBoard.Links;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Tests;

/// <summary>The firmware on GPIO and SPI of a simulated computer, behind real links.</summary>
public sealed class SimulatedBoardTests
{
    private static CancellationToken Limit => BoardRig.Limit;

    [Fact]
    public async Task The_light_follows_the_switch_and_never_passes_while_it_travels()
    {
        await using BoardRig rig = await BoardRig.StartAsync(new VirtualBoardSettings(Users: 3, TravelMs: 8));
        await using BoardOpticalSwitch opticalSwitch = new(rig.Session, TimeProvider.System);
        List<(int, int)> seen = [];
        using CancellationTokenSource watching = new();
        Task watch = Task.Run(
            () =>
            {
                while (!watching.IsCancellationRequested)
                {
                    (int, int) light = rig.Board.Light;
                    if (seen.Count == 0 || seen[^1] != light)
                    {
                        seen.Add(light);
                    }
                }
            },
            CancellationToken.None);

        await opticalSwitch.ConnectAsync(1, 3, Limit);
        await opticalSwitch.ConnectAsync(2, 1, Limit);
        Assert.Equal((2, 1), await opticalSwitch.ReadBackAsync(Limit));
        await opticalSwitch.DarkAsync(Limit);
        await watching.CancelAsync();
        await watch;

        Assert.Equal([(0, 0), (1, 3), (0, 0), (2, 1), (0, 0)], seen);
        Assert.Equal(0, rig.Board.Supply.Overlaps);
        Assert.All(rig.Board.Mechanics, unit => Assert.Equal(0, unit.Position));
    }

    [Theory]
    [InlineData("stuck=1", "jump=0", FaultCode.SwitchStuck)]
    [InlineData("wrong-port=9", "jump=0", FaultCode.SwitchWrongPort)]
    [InlineData("chatter=2", "jump=0", FaultCode.SwitchNotSettled)]
    [InlineData("coil-supply", "jump=0", FaultCode.SwitchStuck)]
    public async Task A_switch_that_fails_is_named_and_dark_and_works_again_after_repair(string fault, string prelude, FaultCode expected)
    {
        await using BoardRig rig = await BoardRig.StartAsync();
        await using BoardOpticalSwitch opticalSwitch = new(rig.Session, TimeProvider.System);
        await opticalSwitch.DarkAsync(Limit);
        rig.Fault(prelude);
        rig.Fault(fault);

        OpticalSwitchException refused =
            await Assert.ThrowsAsync<OpticalSwitchException>(() => opticalSwitch.ConnectAsync(1, 2, Limit));

        DeviceException why = Assert.IsType<DeviceException>(refused.InnerException);
        Assert.Equal(expected, why.Fault);
        Assert.Equal((0, 0), rig.Board.Light);
        FaultsReply table = await rig.Session.FaultsAsync(Limit);
        Assert.Contains(table.Records.Take(table.Count), record => record.Code == expected && record is { IsActive: true, Count: > 0 });

        // Light stays off until somebody has acknowledged the fault, and the move works once the cause is gone.
        await BoardRig.UntilAsync(() => rig.Session.Status?.SwitchState == SwitchState.Faulted, "faulted");
        await Assert.ThrowsAsync<OpticalSwitchException>(() => opticalSwitch.ConnectAsync(1, 2, Limit));
        rig.Fault("none");
        await opticalSwitch.ResetAsync(Limit);
        await opticalSwitch.ConnectAsync(1, 2, Limit);
        Assert.Equal((1, 2), rig.Board.Light);
    }

    [Fact]
    public async Task A_unit_that_moves_by_itself_goes_dark_and_the_host_hears_of_it()
    {
        await using BoardRig rig = await BoardRig.StartAsync();
        await using BoardOpticalSwitch opticalSwitch = new(rig.Session, TimeProvider.System);
        await opticalSwitch.ConnectAsync(1, 2, Limit);
        Assert.False(opticalSwitch.MayHaveMoved);

        rig.Fault("jump=3");
        await BoardRig.UntilAsync(() => opticalSwitch.MayHaveMoved, "told");

        await BoardRig.UntilAsync(() => rig.Board.Light == (0, 0), "dark");
        Assert.Equal(1u, rig.Board.Faults.CountOf(FaultCode.SwitchMovedUnasked));
    }

    [Fact]
    public async Task A_host_that_vanishes_leaves_the_board_dark()
    {
        await using BoardRig rig = await BoardRig.StartAsync();
        await new BoardOpticalSwitch(rig.Session, TimeProvider.System).ConnectAsync(1, 2, Limit);
        Assert.Equal((1, 2), rig.Board.Light);

        await rig.Session.DisposeAsync();

        await BoardRig.UntilAsync(() => rig.Board.Light == (0, 0), "dark");
    }

    [Fact]
    public async Task The_self_test_passes_and_finds_a_broken_bus()
    {
        await using BoardRig rig = await BoardRig.StartAsync();
        await rig.Session.DarkAsync(Limit);
        Assert.True((await rig.Session.SelfTestAsync(Limit)).HasPassed);

        rig.Fault("spi-ones");
        Assert.False((await rig.Session.SelfTestAsync(Limit)).HasPassed);
    }

    [Fact]
    public async Task Over_tcp_the_board_outlives_its_hosts()
    {
        IPEndPoint bound = null!;
        using SimulatedBoard board = new(
            new VirtualBoardSettings(Users: 3), wake => HostLink.Listen(new IPEndPoint(IPAddress.Loopback, 0), wake, out bound));
        Assert.True(DeviceAddress.TryParse(bound.ToString(), out DeviceAddress? address, out _));

        await ServeTwoHostsAsync(board, address);
    }

    [Fact]
    public async Task Over_a_pseudo_terminal_the_board_is_a_serial_port()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo-terminals are supported on Linux only");
        string link = Path.Combine(Path.GetTempPath(), "mdiqkd-" + Guid.NewGuid().ToString("N"));
        using (SimulatedBoard board = new(new VirtualBoardSettings(Users: 3), _ => new TerminalBoardLink(link)))
        {
            Assert.True(DeviceAddress.TryParse(link, out DeviceAddress? address, out _));
            await ServeTwoHostsAsync(board, address);
        }

        Assert.False(Path.Exists(link));
    }

    /// <remarks>A link ends in threads of its own, which may come late; what they throw ends the process.</remarks>
    [Fact]
    public void A_link_that_closes_late_may_still_wake_the_board()
    {
        AutoResetEvent toWake = null!;
        new SimulatedBoard(new VirtualBoardSettings(), wake => new PipeBoardLink(toWake = wake)).Dispose();
        Assert.True(toWake.Set());
    }

    [Fact]
    public void A_link_file_that_is_no_link_is_not_removed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo-terminals are supported on Linux only");
        string file = Path.GetTempFileName();
        try
        {
            Assert.Throws<IOException>(() => new TerminalBoardLink(file));
            Assert.True(File.Exists(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Faults_have_names_and_ranges()
    {
        using SimulatedBoard board = new(new VirtualBoardSettings(), wake => new PipeBoardLink(wake));
        foreach (string bad in new[] { "", "stuck", "stuck=3", "stuck=x", "jump=5", "none=1", "explode", "coil-supply=1" })
        {
            Assert.False(BoardFault.TryApply(board, bad, out string error));
            Assert.Contains("is needed", error, StringComparison.Ordinal);
        }

        Assert.Equal("users = 17 is outside 2..16", new VirtualBoardSettings(Users: 17).Fault());
    }

    private static async Task ServeTwoHostsAsync(SimulatedBoard board, DeviceAddress address)
    {
        for (int host = 1; host <= 2; host++)
        {
            DeviceSession session = await DeviceSession.OpenAsync(address, null, Limit);
            await using (session)
            {
                Assert.Equal("virtual-board", session.Information.Name);
                await new BoardOpticalSwitch(session, TimeProvider.System).ConnectAsync(host, 3, Limit);
                Assert.Equal((host, 3), board.Light);
            }

            await BoardRig.UntilAsync(() => board.Light == (0, 0), "dark after the host left");
        }
    }
}
