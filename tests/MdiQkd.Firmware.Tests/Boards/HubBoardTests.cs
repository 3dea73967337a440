using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Boards.LinuxBoard;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Boards;

/// <summary>Each board as its pin map says, with chips behind its pins.</summary>
public sealed class HubBoardTests
{
    public static TheoryData<string> Boards => ["esp32", "stm32", "linux"];

    [Theory]
    [MemberData(nameof(Boards))]
    public void A_board_starts_dark_and_connects_and_every_part_passes_its_self_test(string name)
    {
        PinnedBoard board = new(Plan(name));
        Assert.False(board.IsLit);
        board.Run(500);
        Assert.Equal(SwitchState.Dark, board.Parts.Switch.State);
        Assert.Equal([0, 0], board.Mechanics.Select(mechanics => mechanics.Position));

        Assert.True(board.Parts.Switch.TryConnect([1, 2], [1, 3], board.Clock.NowMs, out _, out _));
        board.Run(500);
        Assert.True(board.IsLit);
        Assert.Equal([1, 2], board.Mechanics.Select(mechanics => mechanics.Position));
        board.Parts.Switch.GoDark(board.Clock.NowMs);
        board.Run(500);

        MdiQkd.Firmware.Link.SelfTest test = new(board.Parts);
        test.Begin(70_000, board.Clock.NowMs);
        for (int i = 0; i < 100 && !test.Poll(board.Clock.NowMs); i++)
        {
            board.Clock.Advance(1);
        }

        Assert.True(test.HasPassed);
        Assert.True(board.WatchdogEdges >= 1500);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void A_pulse_that_makes_the_tagger_ready_wakes_the_main_loop(string name)
    {
        PinnedBoard board = new(Plan(name));
        board.Wake.Reset();
        SignalEdge(board, Plan(name).TaggerReadyPin);
        Assert.True(board.Wake.WaitOne(0));
    }

    [Theory]
    [InlineData(SwitchWiring.CoilsOnPins, true)]
    [InlineData(SwitchWiring.CoilsOnPins, false)]
    [InlineData(SwitchWiring.CoilsOnShiftRegisters, true)]
    public void Coils_and_contacts_may_be_elsewhere(SwitchWiring wiring, bool hasContacts)
    {
        HubBoardPlan plan = Plan("linux");
        plan.Switch = wiring;
        plan.OutputEnablePin = 99;
        plan.SwitchDrivePins = wiring == SwitchWiring.CoilsOnPins ? [.. Enumerable.Range(100, 8)] : [];
        plan.SwitchSensePins = hasContacts ? [.. Enumerable.Range(110, 8)] : [];
        PinnedBoard board = new(plan);
        board.Run(500);
        Assert.Equal((SwitchState.Dark, hasContacts), (board.Parts.Switch.State, board.Parts.Switch.HasReadBack));
        Assert.Equal([0, 0], board.Mechanics.Select(mechanics => mechanics.Position));

        Assert.True(board.Parts.Switch.TryConnect([2, 1], [2, 2], board.Clock.NowMs, out _, out _));
        board.Run(500);
        Assert.Equal(SwitchState.Connected, board.Parts.Switch.State);
        Assert.Equal([2, 1], board.Mechanics.Select(mechanics => mechanics.Position));
    }

    [Fact]
    public void The_plans_of_the_microcontrollers_keep_to_their_limits()
    {
        foreach (HubBoardPlan plan in new[] { Plan("esp32"), Plan("stm32") })
        {
            Assert.InRange(plan.Name.Length, 1, HelloReply.BoardNameBytes);
            Assert.Equal(HelloReply.SerialBytes, plan.Serial.Length);
            Assert.All(plan.FibrePlan, row => Assert.All(row, port => Assert.InRange(port, 0, plan.SwitchPorts)));
            Assert.Equal(plan.ChannelRoles.Length, plan.ChannelIndexes.Length);
            Assert.InRange(plan.BlockItemsMax, 16, TagBlock.ItemsMax);
        }

        // Flash and memory of the ESP32-S3 modules, strapping and USB pins stay free.
        int[] forbidden = [0, 3, 19, 20, .. Enumerable.Range(26, 12), 43, 44, 45, 46];
        HubBoardPlan esp32 = Plan("esp32");
        Assert.Empty(
            typeof(HubBoardPlan).GetProperties().Where(p => p.PropertyType == typeof(int) && p.Name.EndsWith("Pin", StringComparison.Ordinal))
                .Select(p => (int)p.GetValue(esp32)!).Intersect(forbidden));
    }

    private static void SignalEdge(PinnedBoard board, int pin) => board.Pins[pin].Level = !board.Pins[pin].Level;

    private static HubBoardPlan Plan(string name)
    {
        if (name == "esp32")
        {
            return MdiQkd.Firmware.Boards.HubBoardEsp32S3.PinMap.Plan();
        }

        if (name == "stm32")
        {
            return MdiQkd.Firmware.Boards.HubBoardStm32F769.PinMap.Plan();
        }

        string json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "board.example.json"));
        Assert.Empty(ConfigurationCheck.TryPlan(BoardConfiguration.Parse(json), out HubBoardPlan plan));
        return plan;
    }
}
