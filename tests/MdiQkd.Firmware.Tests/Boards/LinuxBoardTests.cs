using System.Device.Gpio;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Boards.LinuxBoard;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Boards;

public sealed class LinuxBoardTests
{
    private static readonly string Example =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "board.example.json"));

    [Fact]
    public void The_example_is_sound()
    {
        Assert.Empty(ConfigurationCheck.TryPlan(BoardConfiguration.Parse(Example), out HubBoardPlan plan));

        Assert.Equal(17, plan.LightEnablePin);
        Assert.Equal([1, 2, 0], plan.FibrePlan[0]);
        Assert.Equal([ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync], plan.ChannelRoles);
        Assert.Equal([0, 1, 0], plan.ChannelIndexes);
        Assert.Equal(3, plan.Serial[7]);
    }

    [Theory]
    [InlineData("\"hub-linux\"", "\"a name that is too long\"", "name: a name that is too long; allowed: 1 to 16")]
    [InlineData("0000000000000003", "3", "serial: 3; allowed: 16 hexadecimal digits")]
    [InlineData("tcp:127.0.0.1:7620", "tcp:127.0.0.1", "link: tcp:127.0.0.1; allowed: tcp:ADDRESS:PORT")]
    [InlineData("tcp:127.0.0.1:7620", "/dev/ttyGS0@12", "link: /dev/ttyGS0@12; allowed:")]
    [InlineData("\"lightEnablePin\": 17,", "", "lightEnablePin: missing; allowed: 0 to 511")]
    [InlineData("\"watchdogPin\": 27", "\"watchdogPin\": 17", "watchdogPin: 17; allowed: a pin of its own: lightEnablePin has it")]
    [InlineData("\"switchPorts\": 3", "\"switchPorts\": 8", "switchPorts: 8; allowed: 1 to 7")]
    [InlineData("[0, 1, 2]]", "[0, 1, 4]]", "fibrePlan: 0, 1, 4; allowed: ports 0 (no fibre) to 3")]
    [InlineData("[0, 1, 2]]", "[0, 1, 1]]", "fibrePlan: 0, 1, 1; allowed: each port of a unit for one user only")]
    [InlineData("[0, 1, 2]]", "[0, 1]]", "fibrePlan: 2 rows; allowed: two rows of equal length")]
    [InlineData("\"coilExpanderSelect\": 0", "\"coilExpanderSelect\": -1", "coilExpanderSelect: missing")]
    [InlineData("\"taggerClockHz\": 20000000", "\"taggerClockHz\": 26000000", "taggerClockHz: 26000000; allowed: 100000 to 25000000")]
    [InlineData("\"referenceHz\": 10000000", "\"referenceHz\": 10000001", "referenceHz: 10000001; allowed: a divisor of 10^12")]
    [InlineData("\"blockItemsMax\": 1024", "\"blockItemsMax\": 3841", "blockItemsMax: 3841; allowed: 16 to 3840")]
    [InlineData("\"Sync 0\"", "\"1 0\"", "channels: 1 0; allowed: Detector, Sync, Marker or Unused")]
    [InlineData("\"Sync 0\"", "\"Sync\"", "channels: Sync; allowed:")]
    [InlineData("\"benchPulsePin\": 5", "\"benchDelayPsMax\": 30000", "benchPulsePin: missing; allowed: 0 to 511")]
    [InlineData("\"As6500\"", "\"As6501\"", "tagger: As6501; allowed: None, As6500, FrontEnd")]
    [InlineData("\"switch\": \"CoilsOnExpanders\"", "\"switch\": \"Coils\"", "switch: Coils; allowed: None, CoilsOnExpanders")]
    [InlineData("\"switch\": \"CoilsOnExpanders\"", "\"switch\": \"CoilsOnShiftRegisters\"", "outputEnablePin: missing; allowed: 0 to 511")]
    [InlineData("\"switch\": \"CoilsOnExpanders\"", "\"switch\": \"CoilsOnPins\"", "switchDrivePins: 0 pins; allowed: 8 pins")]
    [InlineData("\"switch\": \"CoilsOnExpanders\"", "\"switch\": \"AddressOnPins\"", "switchDrivePins: 0 pins; allowed: 6 pins")]
    [InlineData("\"switch\": \"CoilsOnExpanders\"", "\"switch\": \"Serial\"", "switchSerialPorts: ; allowed: two paths")]
    public void A_wrong_value_is_named_with_its_range(string right, string wrong, string expected)
    {
        Assert.Contains(right, Example, StringComparison.Ordinal);
        string json = Example.Replace(right, wrong, StringComparison.Ordinal);

        IReadOnlyList<string> faults = ConfigurationCheck.TryPlan(BoardConfiguration.Parse(json), out _);

        Assert.Contains(faults, fault => fault.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"lightEnablePin\"", "\"lightEnabelPin\"", "there is no key 'lightEnabelPin'")]
    [InlineData("\"As6500\"", "6500", "tagger")]
    [InlineData("\"driverBus\": 1", "\"driverBus\": one", "line 17")]
    public void What_is_no_configuration_ends_with_exit_code_2_and_says_where(string right, string wrong, string said)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Example.Replace(right, wrong, StringComparison.Ordinal));

            (int code, string error) = Run(file);

            Assert.Equal(BoardHost.UsageError, code);
            Assert.Contains(file, error, StringComparison.Ordinal);
            Assert.Contains(said, error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_wrong_command_line_ends_with_exit_code_2()
    {
        Assert.Equal(BoardHost.UsageError, Run().Code);
        Assert.Equal(BoardHost.UsageError, Run("--chekc").Code);
        Assert.Equal(BoardHost.UsageError, Run("a", "b").Code);
        Assert.Contains("no-such-file", Run("no-such-file").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_and_check_open_nothing()
    {
        Assert.Equal(0, Run("--help").Code);
        Assert.Equal(0, Run(Path.Combine(AppContext.BaseDirectory, "board.example.json"), "--check").Code);
    }

    [Fact]
    public void Hardware_that_is_not_there_ends_with_exit_code_1() => Assert.Equal(
        (1, true), Run(Path.Combine(AppContext.BaseDirectory, "board.example.json")) is var (code, error)
            ? (code, error.Contains("no pins here", StringComparison.Ordinal)) : default);

    private static (int Code, string Error) Run(params string[] arguments)
    {
        TextWriter console = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            int code = BoardHost.Run(
                arguments, "help", GpioController (_) => throw new PlatformNotSupportedException("no pins here"),
                (_, _, _, _) => throw new PlatformNotSupportedException("no bus here"));
            return (code, error.ToString());
        }
        finally
        {
            Console.SetError(console);
        }
    }
}
