using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Boards.LinuxBoard;
using MdiQkd.Firmware.Tests.NanoGuard;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Boards;

/// <summary>firmware/README.md says what the code says.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(FirmwareSources.Root, "firmware", "README.md"));

    [Fact]
    public void The_wiring_table_of_the_esp32_is_its_pin_map() => AssertWiring(
        "### ESP32-S3", MdiQkd.Firmware.Boards.HubBoardEsp32S3.PinMap.Plan(), typeof(MdiQkd.Firmware.Boards.HubBoardEsp32S3.PinMap));

    [Fact]
    public void The_wiring_table_of_the_stm32_is_its_pin_map() => AssertWiring(
        "### STM32F769I-DISCO", MdiQkd.Firmware.Boards.HubBoardStm32F769.PinMap.Plan(), typeof(MdiQkd.Firmware.Boards.HubBoardStm32F769.PinMap));

    [Fact]
    public void The_names_of_the_stm32_pins_are_their_numbers()
    {
        Match[] pins = [.. Stm32Pin().Matches(Section("### STM32F769I-DISCO")).Cast<Match>()];

        Assert.Equal(11, pins.Length);
        Assert.All(pins, pin => Assert.Equal(
            Number(pin.Groups[1]), (16 * (pin.Groups[2].Value[0] - 'A')) + Number(pin.Groups[3])));
    }

    [Fact]
    public void The_wiring_table_of_the_linux_board_is_its_example()
    {
        string json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "board.example.json"));
        ConfigurationCheck.TryPlan(BoardConfiguration.Parse(json), out HubBoardPlan plan);
        AssertWiring("### Raspberry Pi", plan, null);
    }

    [Fact]
    public void No_pin_of_a_microcontroller_has_two_lines()
    {
        foreach (string heading in new[] { "### ESP32-S3", "### STM32F769I-DISCO" })
        {
            int[] pins = [.. Rows(heading).Values];
            Assert.Equal(pins.Length, pins.Distinct().Count());
        }
    }

    [Fact]
    public void Every_fault_has_a_row_with_its_text()
    {
        Dictionary<string, Match> rows = FaultRow().Matches(Section("## Faults")).ToDictionary(row => row.Groups[2].Value);
        FaultCode[] codes = [.. Enum.GetValues<FaultCode>().Where(code => code != FaultCode.None)];

        Assert.Equal(codes.Length, rows.Count);
        Assert.All(codes, code =>
        {
            Match row = rows[code.ToString()];
            Assert.Equal((int)code, Number(row.Groups[1]));
            Assert.Equal(FaultText.Describe(code), row.Groups[3].Value);
        });
    }

    [Fact]
    public void The_drawing_of_the_switch_has_every_state()
    {
        HashSet<string> drawn = [.. Transition().Matches(Section("## The switch")).SelectMany(match => new[] { match.Groups[1].Value, match.Groups[2].Value })];
        drawn.Remove("");

        Assert.Equal(Enum.GetNames<SwitchState>().Order(), drawn.Order());
    }

    [Fact]
    public void The_rates_follow_from_their_assumptions()
    {
        const double BytesPerTag = 0.25 + 4 + (64.0 / 1024);
        int frameBytes = Frame.HeaderBytes + TagBlock.PayloadBytesMax(1024);
        Assert.Equal(4416, frameBytes);
        Assert.Equal(1024, new HubBoardPlan().BlockItemsMax);
        AssertRate("UART 921,600 baud (as built)", 92_160 / BytesPerTag);
        AssertRate("UART 3,000,000 baud", 300_000 / BytesPerTag);
        AssertRate("UART 5,000,000 baud", 500_000 / BytesPerTag);
        AssertRate("Wi-Fi, TCP", 2_500_000 / BytesPerTag);
        AssertRate("SPI from a front end, 20 MHz", 1024 / ((frameBytes + 24) * 8 / 20e6));
        AssertRate("SPI from an AS6500, 20 MHz", 20e6 / 8 / 25);
    }

    private static void AssertRate(string row, double tagsPerSecond)
    {
        Match match = Regex.Match(Text, $@"\| {Regex.Escape(row)}[^|]*\| [\d,]* ?\| ([\d,]+)");
        double told = double.Parse(match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.InRange(told, 0.97 * tagsPerSecond, 1.01 * tagsPerSecond);
    }

    private static void AssertWiring(string heading, HubBoardPlan plan, Type? pinMap)
    {
        Dictionary<string, int> expected = typeof(HubBoardPlan).GetProperties()
            .Where(property => property.PropertyType == typeof(int) && (property.Name.EndsWith("Pin", StringComparison.Ordinal)
                || property.Name.EndsWith("Select", StringComparison.Ordinal)))
            .Select(property => (property.Name, Value: (int)property.GetValue(plan)!))
            .Where(line => line.Value != HubBoardPlan.NotWired)
            .ToDictionary(line => line.Name, line => line.Value);
        foreach (FieldInfo field in pinMap?.GetFields(BindingFlags.Public | BindingFlags.Static) ?? [])
        {
            expected[field.Name] = (int)field.GetRawConstantValue()!;
        }

        Assert.Equal(expected.OrderBy(line => line.Key), Rows(heading).OrderBy(line => line.Key));
    }

    private static Dictionary<string, int> Rows(string heading) =>
        PinRow().Matches(Section(heading)).ToDictionary(row => row.Groups[1].Value, row => Number(row.Groups[2]));

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private static string Section(string heading)
    {
        int start = Text.IndexOf(heading + "\n", StringComparison.Ordinal) + heading.Length;
        int end = Text.IndexOf("\n#", start, StringComparison.Ordinal);
        return end < 0 ? Text[start..] : Text[start..end];
    }

    [GeneratedRegex(@"(\w*)\]? --> (\w+)")]
    private static partial Regex Transition();

    [GeneratedRegex(@"^\| `(\w+)` \| (\d+)\b", RegexOptions.Multiline)]
    private static partial Regex PinRow();

    [GeneratedRegex(@"\| (\d+) \(P([A-K])(\d+), [AD]\d+\) \|")]
    private static partial Regex Stm32Pin();

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex FaultRow();
}
