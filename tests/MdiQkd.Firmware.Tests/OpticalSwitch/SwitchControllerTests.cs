using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.OpticalSwitch;

public sealed class SwitchControllerTests
{
    private static readonly SwitchState[] StartStates =
        [SwitchState.Unknown, SwitchState.DarkDriving, SwitchState.DarkSettling, SwitchState.DarkVerifying, SwitchState.Dark];

    private static readonly SwitchState[] ConnectStates =
    [
        SwitchState.BreakDriving, SwitchState.BreakSettling, SwitchState.BreakVerifying, SwitchState.MakeDriving,
        SwitchState.MakeSettling, SwitchState.MakeVerifying, SwitchState.LockedOut, SwitchState.Connected,
    ];

    public static TheoryData<string> Kinds => ["coils", "blind", "74HC595", "MCP23S17", "address", "strobe", "serial"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_unit_starts_dark_connects_and_goes_dark(string kind)
    {
        SwitchRig rig = Rig(kind);
        Assert.False(rig.LightEnable.Level);
        rig.Started();
        Assert.Equal(StartStates, rig.StatesSince(0));

        Assert.True(rig.TryConnect(3, 1));
        rig.RunUntil(SwitchState.Connected);
        Assert.Equal(ConnectStates, rig.StatesSince(StartStates.Length));
        Assert.Equal([3, 1], rig.Mechanics.Select(m => m.Position));
        Assert.Equal([3, 1], rig.Status().Users);

        rig.GoDark();
        rig.RunUntil(SwitchState.Dark);
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
        Assert.Equal([0, 0], rig.Status().Users);
        Assert.Equal(0, rig.Faults.ActiveCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Light_is_off_until_every_unit_is_at_rest_where_it_should_be(string kind)
    {
        SwitchRig rig = Rig(kind);
        rig.Started();
        foreach ((int a, int b) in new[] { (1, 2), (2, 1), (2, 3), (3, 1), (1, 2) })
        {
            Assert.True(rig.TryConnect(a, b));
            for (int ms = 0; ms < 1000 && rig.Controller.State != SwitchState.Connected; ms++)
            {
                rig.Step(1);
                if (rig.LightEnable.Level)
                {
                    Assert.Equal([a, b], rig.Mechanics.Select(m => m.Position));
                }
            }

            Assert.Equal(SwitchState.Connected, rig.Controller.State);
        }
    }

    [Fact]
    public void Break_comes_before_make_and_lasts()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        rig.Settings.BreakMs = 200;
        int index = rig.Visited.Count;
        long beganMs = rig.Clock.NowMs;
        bool hasBeenDark = false;

        // The users swap inputs: user 1 must not reach input 2 while user 2 still does.
        Assert.True(rig.TryConnect(2, 1));
        while (rig.Controller.State != SwitchState.Connected)
        {
            rig.Step(1);
            hasBeenDark |= rig.Mechanics.All(m => m.Position == 0);
            Assert.True(hasBeenDark || rig.Mechanics.All(m => m.LightPort(out _) != 3 - (m == rig.Mechanics[0] ? 1 : 2)));
        }

        Assert.True(hasBeenDark);
        long makeMs = rig.Visited.Skip(index).First(visit => visit.State == SwitchState.MakeDriving).AtMs;
        Assert.True(makeMs - beganMs >= 200);
    }

    [Fact]
    public void A_unit_that_stays_is_not_moved()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        int[] moves = [.. rig.Mechanics.Select(m => m.Moves)];

        Assert.True(rig.TryConnect(1, 3));
        rig.RunUntil(SwitchState.Connected);

        Assert.Equal([moves[0], moves[1] + 2], rig.Mechanics.Select(m => m.Moves));
    }

    [Fact]
    public void One_user_alone_leaves_the_other_input_dark()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        Assert.True(rig.TryConnect(0, 2));
        rig.RunUntil(SwitchState.Connected);

        Assert.Equal([0, 2], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void Pulses_are_long_enough_and_never_overlap()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);

        // The rig checks overlap in every round. Starting: two pulses; connecting: two more.
        Assert.Equal((4, 0), (rig.Supply.Pulses, rig.Supply.Overlaps));
        Assert.InRange(rig.Supply.PulseMsMax, rig.Settings.PulseMs, rig.Settings.PulseMs + 1);
    }

    [Fact]
    public void In_the_lock_out_and_while_moving_a_connection_is_refused()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        Assert.True(rig.TryConnect(1, 2));
        while (rig.Controller.State != SwitchState.LockedOut)
        {
            Assert.False(rig.TryConnect(2, 1, out RefusalReason busy, out _));
            Assert.Equal(RefusalReason.Busy, busy);
            rig.Step(1);
        }

        Assert.False(rig.TryConnect(2, 1, out RefusalReason reason, out int detail));
        Assert.Equal((RefusalReason.LockedOut, rig.Settings.LockOutMs), (reason, detail));
        rig.Run(5);
        Assert.Equal(rig.Settings.LockOutMs - 5, rig.Status().LockOutMs);
        rig.RunUntil(SwitchState.Connected);
        Assert.True(rig.TryConnect(2, 1));
    }

    [Theory]
    [InlineData(SwitchState.Unknown)]
    [InlineData(SwitchState.Dark)]
    [InlineData(SwitchState.BreakDriving)]
    [InlineData(SwitchState.BreakSettling)]
    [InlineData(SwitchState.BreakVerifying)]
    [InlineData(SwitchState.MakeDriving)]
    [InlineData(SwitchState.MakeSettling)]
    [InlineData(SwitchState.MakeVerifying)]
    [InlineData(SwitchState.LockedOut)]
    [InlineData(SwitchState.Connected)]
    [InlineData(SwitchState.DarkDriving)]
    [InlineData(SwitchState.DarkSettling)]
    [InlineData(SwitchState.DarkVerifying)]
    public void Dark_is_reached_from_every_state_and_the_light_goes_at_once(SwitchState from)
    {
        SwitchRig rig = SwitchRig.Latching();
        Reach(rig, from);
        rig.GoDark();
        Assert.False(rig.LightEnable.Level);

        rig.RunUntil(SwitchState.Dark);
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
        Assert.True(rig.Supply.PulseMsMax <= rig.Settings.PulseMs + 1);
    }

    [Fact]
    public void At_power_up_the_switch_goes_dark_wherever_it_was_left()
    {
        SwitchRig rig = SwitchRig.Latching(initialPosition: 2).Started();

        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void A_move_that_misses_once_is_repeated()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        rig.Mechanics[1].MissedMoves = 1;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Connected, SwitchState.Faulted);

        Assert.Equal(SwitchState.Connected, rig.Controller.State);
        Assert.Equal(1u, rig.Controller.Retries);
        Assert.Equal((1u, 2), (rig.Faults.CountOf(FaultCode.SwitchRetried), rig.Faults.Table.Records[0].Detail));
    }

    [Fact]
    public void A_stuck_unit_is_named_and_the_light_stays_off()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        rig.Mechanics[0].IsStuck = true;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchStuck, 1);
        Assert.Equal((uint)rig.Settings.Retries, rig.Controller.Retries);
        Assert.Equal(0, rig.Mechanics[1].Position);
    }

    [Fact]
    public void A_unit_stuck_at_a_user_cannot_be_verified_dark_and_says_so()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        rig.Mechanics[0].IsStuck = true;
        rig.GoDark();
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchStuck, 1);
        Assert.True(rig.Faults.IsActive(FaultCode.SwitchNotDark));
        Assert.Equal(0, rig.Supply.Loads);
    }

    [Fact]
    public void A_stuck_unit_is_found_in_the_break_too()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        rig.Mechanics[1].IsStuck = true;
        Assert.True(rig.TryConnect(2, 1));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchStuck, 2);
        Assert.DoesNotContain(SwitchState.MakeDriving, rig.StatesSince(rig.Visited.FindIndex(v => v.State == SwitchState.Connected)));
    }

    [Fact]
    public void A_wrong_port_is_tried_again_from_dark()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        rig.Mechanics[0].WrongMoves = 1;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.MakeVerifying);
        Assert.Equal(2, rig.Mechanics[0].Position);
        rig.RunUntil(SwitchState.BreakDriving);
        rig.RunUntil(SwitchState.Connected);

        Assert.Equal((1u, 0u), (rig.Controller.Retries, rig.Faults.CountOf(FaultCode.SwitchWrongPort)));
    }

    [Fact]
    public void A_wrong_port_is_named_with_the_port()
    {
        SwitchRig rig = SwitchRig.Latching();
        rig.Settings.Retries = 0;
        rig.Started();
        rig.Mechanics[0].WrongMoves = 1;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchWrongPort, 256 + 2);
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void A_unit_that_never_settles_is_named()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.MakeSettling);
        rig.Mechanics[1].Chatters = true;
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchNotSettled, 2);
        Assert.True(rig.Faults.IsActive(FaultCode.SwitchNotDark));
    }

    [Fact]
    public void A_slow_unit_is_waited_for()
    {
        SwitchRig rig = SwitchRig.Latching();
        rig.Mechanics[0].TravelMs = 50;
        rig.Connected(1, 2);

        Assert.Equal((SwitchState.Connected, 0u), (rig.Controller.State, rig.Controller.Retries));
    }

    [Theory]
    [InlineData(SwitchState.LockedOut)]
    [InlineData(SwitchState.Connected)]
    public void A_unit_that_moves_by_itself_takes_the_light_away(SwitchState state)
    {
        SwitchRig rig = SwitchRig.Latching();
        rig.Settings.LockOutMs = 500;
        Reach(rig, state);
        rig.Mechanics[1].Jump(3);
        rig.Run(rig.Settings.VerifyMs - 1);
        Assert.True(rig.LightEnable.Level);
        rig.Run(3);
        Assert.False(rig.LightEnable.Level);
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchMovedUnasked, 512 + 3);
        Assert.Equal(1u, rig.Controller.Alarms);
    }

    [Fact]
    public void A_contact_that_bounces_for_a_moment_is_no_fault()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        rig.Mechanics[1].Chatters = true;
        rig.Run(30);
        rig.Mechanics[1].Chatters = false;
        rig.Run(200);

        Assert.Equal((SwitchState.Connected, 0), (rig.Controller.State, rig.Faults.ActiveCount));
    }

    [Fact]
    public void A_coil_that_stays_on_too_long_is_named()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.MakeDriving);
        rig.Step(1);
        rig.Step(300);
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.CoilPulseLong, 1);
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void A_driver_chip_that_does_not_keep_its_outputs_is_named()
    {
        SwitchRig rig = SwitchRig.OnExpander().Started();
        rig.Expander!.StuckLowMask = 0x02;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchDriverFault, 1);
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void A_driver_chip_that_vanishes_leaves_the_switch_faulted_and_the_light_off()
    {
        SwitchRig rig = SwitchRig.OnExpander().Connected(1, 2);
        rig.Expander!.IsAbsent = true;
        rig.RunUntil(SwitchState.Faulted);

        Assert.Equal(FaultCode.SwitchMovedUnasked, rig.Controller.Fault);
        Assert.True(rig.Faults.IsActive(FaultCode.SwitchDriverFault));
        Assert.True(rig.Faults.IsActive(FaultCode.SwitchNotDark));
        Assert.False(rig.LightEnable.Level);
    }

    [Fact]
    public void A_driver_chip_whose_supply_dips_is_set_up_again()
    {
        SwitchRig rig = SwitchRig.OnExpander().Connected(1, 2);
        rig.Expander!.PowerUp();
        rig.GoDark();
        rig.RunUntil(SwitchState.Dark, SwitchState.Faulted);

        Assert.Equal(SwitchState.Dark, rig.Controller.State);
    }

    [Fact]
    public void A_broken_chain_of_shift_registers_is_named_and_its_outputs_are_taken_away()
    {
        SwitchRig rig = SwitchRig.OnShiftRegister().Started();
        rig.ShiftRegister!.IsBroken = true;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchDriverFault, 1);
        Assert.True(rig.ShiftRegister.OutputEnableLow.Level);
        Assert.Equal(0, rig.Supply.Loads);
    }

    [Fact]
    public void A_mute_module_is_named()
    {
        SwitchRig rig = SwitchRig.Serial().Started();
        rig.Modules[1].IsMute = true;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchNoReply, 2);
        Assert.True(rig.Faults.IsActive(FaultCode.SwitchNotDark));
    }

    [Fact]
    public void A_module_that_refuses_is_named_and_a_damaged_reply_is_asked_again()
    {
        SwitchRig rig = SwitchRig.Serial().Started();
        rig.Modules[0].DamagedReplies = 2;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Connected);

        rig.Modules[0].ErrorCode = 3;
        Assert.True(rig.TryConnect(2, 1));
        rig.RunUntil(SwitchState.Faulted);
        AssertFault(rig, FaultCode.SwitchNoReply, 1);
    }

    [Fact]
    public void A_fault_holds_until_it_is_cleared_and_dark_is_verified_again()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        rig.Mechanics[0].IsStuck = true;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);
        rig.Mechanics[0].IsStuck = false;

        Assert.False(rig.TryConnect(1, 2, out RefusalReason reason, out int detail));
        Assert.Equal((RefusalReason.FaultActive, (int)FaultCode.SwitchStuck), (reason, detail));
        rig.GoDark();
        rig.RunUntil(SwitchState.Faulted);

        rig.ClearFault();
        rig.RunUntil(SwitchState.Dark);
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Connected);
    }

    [Fact]
    public void Operations_are_counted_and_wear_is_told_once()
    {
        SwitchRig rig = SwitchRig.Latching().Connected(1, 2);
        Assert.Equal([2u, 2u], rig.Status().Operations);
        rig.Settings.WearLimitThousands = 1;
        rig.Controller.RestoreOperations(1, 999);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(rig.TryConnect(1, i % 2 == 0 ? 3 : 2));
            rig.RunUntil(SwitchState.Connected);
        }

        Assert.Equal((1u, 1005u), (rig.Faults.CountOf(FaultCode.SwitchWorn), rig.Controller.OperationsOf(1)));
    }

    [Fact]
    public void Without_power_on_the_coils_nothing_moves_and_that_is_seen()
    {
        SwitchRig rig = SwitchRig.Latching().Started();
        rig.Supply.IsOn = false;
        Assert.True(rig.TryConnect(1, 2));
        rig.RunUntil(SwitchState.Faulted);

        AssertFault(rig, FaultCode.SwitchStuck, 1);
    }

    [Fact]
    public void Polling_the_switch_allocates_nothing()
    {
        SwitchRig rig = SwitchRig.OnExpander().Connected(1, 2);
        int[] ports = [2, 1];
        byte[] users = [2, 1];
        long before = 0;
        for (int round = 0; round < 400; round++)
        {
            if (round == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            (ports[0], ports[1]) = (ports[1], ports[0]);
            rig.Controller.TryConnect(ports, users, rig.Clock.NowMs, out _, out _);
            for (int ms = 0; ms < 200; ms++)
            {
                rig.Clock.Advance(1);
                rig.Controller.Poll(rig.Clock.NowMs);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(SwitchState.Connected, rig.Controller.State);
    }

    internal static SwitchRig Rig(string kind) => kind switch
    {
        "coils" => SwitchRig.Latching(),
        "blind" => SwitchRig.Blind(),
        "74HC595" => SwitchRig.OnShiftRegister(),
        "MCP23S17" => SwitchRig.OnExpander(),
        "address" => SwitchRig.WithAddress(false),
        "strobe" => SwitchRig.WithAddress(true),
        _ => SwitchRig.Serial(),
    };

    internal static void Reach(SwitchRig rig, SwitchState state)
    {
        if (state == SwitchState.Unknown)
        {
            return;
        }

        if (state is SwitchState.DarkDriving or SwitchState.DarkSettling or SwitchState.DarkVerifying or SwitchState.Dark)
        {
            rig.Controller.Start(rig.Clock.NowMs);
        }
        else
        {
            rig.Started();
            Assert.True(rig.TryConnect(1, 2));
        }

        if (rig.Controller.State != state)
        {
            rig.RunUntil(state);
        }
    }

    private static void AssertFault(SwitchRig rig, FaultCode code, int detail)
    {
        Assert.Equal((SwitchState.Faulted, code), (rig.Controller.State, rig.Controller.Fault));
        Assert.False(rig.LightEnable.Level);
        FaultRecord record = rig.Faults.Table.Records.First(r => r.Code == code);
        Assert.Equal((true, detail), (record.IsActive, record.Detail));
        Assert.True(record.Count >= 1);
    }
}
