using System.Globalization;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Boards.LinuxBoard;

/// <summary>Checks a configuration before anything is opened, and turns it into a plan.</summary>
public sealed class ConfigurationCheck
{
    private const int PinMax = 511;
    private const int BusMax = 9;
    private const int PortsMax = 64;
    private const int ChipPortsMax = 7;
    private const int UsersMax = 255;

    private readonly BoardConfiguration configuration;
    private readonly List<string> faults = [];
    private readonly Dictionary<int, string> usedPins = [];

    private readonly SwitchWiring wiring;
    private readonly TaggerKind tagger;

    private ConfigurationCheck(BoardConfiguration configuration)
    {
        this.configuration = configuration;
        wiring = Name<SwitchWiring>("switch", configuration.Switch);
        tagger = Name<TaggerKind>("tagger", configuration.Tagger);
    }

    /// <summary>Makes a plan.</summary>
    /// <param name="configuration">As read.</param>
    /// <param name="plan">The plan; only without faults.</param>
    /// <returns>Each fault: key, value, allowed range.</returns>
    public static IReadOnlyList<string> TryPlan(BoardConfiguration configuration, out HubBoardPlan plan)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ConfigurationCheck check = new(configuration);
        check.CheckBoard();
        check.CheckSwitch();
        check.CheckTagger();
        check.CheckBenchTimer();
        plan = check.faults.Count == 0 ? check.Plan() : new HubBoardPlan();
        return check.faults;
    }

    private void CheckBoard()
    {
        BoardConfiguration c = configuration;
        bool isName = c.Name.Length is >= 1 and <= HelloReply.BoardNameBytes && c.Name.All(letter => letter is > ' ' and < '\x7f');
        Require(isName, "name", c.Name, $"1 to {HelloReply.BoardNameBytes} ASCII characters without spaces");
        bool isSerial = c.Serial.Length == 2 * HelloReply.SerialBytes && c.Serial.All(char.IsAsciiHexDigit);
        Require(isSerial, "serial", c.Serial, $"{2 * HelloReply.SerialBytes} hexadecimal digits");
        Require(LinkAddress.Parse(c.Link) is not null, "link", c.Link, LinkAddress.Form);
        Range("gpioChip", c.GpioChip ?? 0, 0, 255);
        Pin("lightEnablePin", c.LightEnablePin, isNeeded: wiring != SwitchWiring.None);
        Pin("watchdogPin", c.WatchdogPin, isNeeded: false);
    }

    private void CheckSwitch()
    {
        BoardConfiguration c = configuration;
        if (wiring == SwitchWiring.None)
        {
            return;
        }

        bool isOnChips = wiring is SwitchWiring.CoilsOnExpanders or SwitchWiring.CoilsOnShiftRegisters;
        Range("switchPorts", c.SwitchPorts, 1, isOnChips ? ChipPortsMax : PortsMax);
        CheckFibrePlan(c);
        switch (wiring)
        {
            case SwitchWiring.CoilsOnExpanders:
                Range("driverBus", c.DriverBus, 0, BusMax);
                Range("coilExpanderSelect", c.CoilExpanderSelect, 0, PinMax);
                Range("senseExpanderSelect", c.SenseExpanderSelect, HubBoardPlan.NotWired, PinMax);
                CheckContacts(c);
                break;
            case SwitchWiring.CoilsOnShiftRegisters:
                Range("driverBus", c.DriverBus, 0, BusMax);
                Range("coilExpanderSelect", c.CoilExpanderSelect, 0, PinMax);
                Pin("outputEnablePin", c.OutputEnablePin, isNeeded: true);
                CheckContacts(c);
                break;
            case SwitchWiring.CoilsOnPins:
                Pins("switchDrivePins", c.SwitchDrivePins, 2 * (c.SwitchPorts + 1), isOptional: false);
                CheckContacts(c);
                break;
            case SwitchWiring.AddressOnPins:
                int bits = 32 - int.LeadingZeroCount(c.SwitchPorts);
                Pins("switchDrivePins", c.SwitchDrivePins, 2 * (bits + 1), isOptional: false);
                Pins("switchSensePins", c.SwitchSensePins, 2 * (bits + 1), isOptional: true);
                break;
            default:
                bool arePaths = c.SwitchSerialPorts.Length == WireProtocol.SwitchInputs && c.SwitchSerialPorts.All(path => path.StartsWith('/'));
                Require(arePaths, "switchSerialPorts", string.Join(", ", c.SwitchSerialPorts), "two paths such as /dev/ttyUSB0");
                Range("serialDarkPort", c.SerialDarkPort, c.SwitchPorts + 1, 255);
                break;
        }
    }

    private void CheckContacts(BoardConfiguration c) =>
        Pins("switchSensePins", c.SwitchSensePins, 2 * (c.SwitchPorts + 1), isOptional: true);

    private void CheckFibrePlan(BoardConfiguration c)
    {
        bool isShaped = c.FibrePlan.Length == WireProtocol.SwitchInputs && c.FibrePlan.All(row => row is not null)
            && c.FibrePlan[0].Length is >= 1 and <= UsersMax && c.FibrePlan.All(row => row.Length == c.FibrePlan[0].Length);
        Require(isShaped, "fibrePlan", $"{c.FibrePlan.Length} rows", $"two rows of equal length, one port for each of 1 to {UsersMax} users");
        foreach (int[] row in isShaped ? c.FibrePlan : [])
        {
            string text = string.Join(", ", row);
            Require(row.All(port => port >= 0 && port <= c.SwitchPorts), "fibrePlan", text, $"ports 0 (no fibre) to {c.SwitchPorts}");
            bool isOnce = row.Where(port => port > 0).Distinct().Count() == row.Count(port => port > 0);
            Require(isOnce, "fibrePlan", text, "each port of a unit for one user only");
        }
    }

    private void CheckTagger()
    {
        BoardConfiguration c = configuration;
        if (tagger == TaggerKind.None)
        {
            return;
        }

        bool isAs6500 = tagger == TaggerKind.As6500;
        Range("taggerBus", c.TaggerBus, 0, BusMax);
        Range("taggerSelect", c.TaggerSelect, 0, PinMax);
        Range("taggerClockHz", c.TaggerClockHz, 100_000, isAs6500 ? 25_000_000 : 50_000_000);
        Pin("taggerReadyPin", c.TaggerReadyPin, isNeeded: true);
        Pin("referencePresentPin", c.ReferencePresentPin, isNeeded: false);
        Range("referenceHz", c.ReferenceHz, 2_000_000, 12_500_000);
        Require(c.ReferenceHz > 0 && 1_000_000_000_000 % c.ReferenceHz == 0, "referenceHz", c.ReferenceHz, "a divisor of 10^12");
        Range("blockItemsMax", c.BlockItemsMax, 16, TagBlock.ItemsMax);
        Range("blockBuffers", c.BlockBuffers, 2, 255);
        int channelsMax = isAs6500 ? 4 : WireProtocol.ChannelsMax;
        Range("channels (number)", c.Channels.Length, 1, channelsMax);
        foreach (string channel in c.Channels)
        {
            Require(TryChannel(channel, out _, out _), "channels", channel, "Detector, Sync, Marker or Unused, and a number 0 to 255");
        }
    }

    private void CheckBenchTimer()
    {
        BoardConfiguration c = configuration;
        if (c.BenchTimerSelect == HubBoardPlan.NotWired)
        {
            return;
        }

        Range("driverBus", c.DriverBus, 0, BusMax);
        Range("benchTimerSelect", c.BenchTimerSelect, 0, PinMax);
        Pin("benchEnablePin", c.BenchEnablePin, isNeeded: true);
        Pin("benchInterruptPin", c.BenchInterruptPin, isNeeded: true);
        Pin("benchPulsePin", c.BenchPulsePin, isNeeded: true);
        Range("benchClockHz", c.BenchClockHz, 1_000_000, 16_000_000);
        Range("benchDelayPsMin", c.BenchDelayPsMin, 12_000, 500_000);
        Range("benchDelayPsMax", c.BenchDelayPsMax, c.BenchDelayPsMin, 500_000);
    }

    private T Name<T>(string key, string text)
        where T : struct, Enum
    {
        bool isName = Enum.GetNames<T>().Contains(text);
        Require(isName, key, text, string.Join(", ", Enum.GetNames<T>()));
        return isName ? Enum.Parse<T>(text) : default;
    }

    private void Pin(string key, int pin, bool isNeeded)
    {
        Range(key, pin, isNeeded ? 0 : HubBoardPlan.NotWired, PinMax);
        if (pin >= 0 && !usedPins.TryAdd(pin, key))
        {
            Require(false, key, pin, $"a pin of its own: {usedPins[pin]} has it already");
        }
    }

    private void Pins(string key, int[] pins, int number, bool isOptional)
    {
        bool isNumber = pins.Length == number || (isOptional && pins.Length == 0);
        Require(isNumber, key, $"{pins.Length} pins", isOptional ? $"{number} pins, or none" : $"{number} pins");
        for (int i = 0; i < pins.Length; i++)
        {
            Pin($"{key}[{i}]", pins[i], isNeeded: true);
        }
    }

    private void Range(string key, int value, int lowest, int highest) =>
        Require(value >= lowest && value <= highest, key, value, $"{lowest} to {highest}");

    private void Require(bool isSound, string key, object value, string allowed)
    {
        if (!isSound)
        {
            string text = value is int and HubBoardPlan.NotWired ? "missing" : string.Create(CultureInfo.InvariantCulture, $"{value}");
            faults.Add($"{key}: {text}; allowed: {allowed}");
        }
    }

    private static bool TryChannel(string text, out ChannelRole role, out byte index)
    {
        index = 0;
        string[] parts = text.Split(' ');
        return Enum.TryParse(parts[0], out role) && Enum.IsDefined(role) && !char.IsAsciiDigit(parts[0][0]) && parts.Length == 2
            && byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private HubBoardPlan Plan()
    {
        BoardConfiguration c = configuration;
        ChannelRole[] roles = new ChannelRole[c.Channels.Length];
        byte[] indexes = new byte[c.Channels.Length];
        for (int i = 0; i < roles.Length; i++)
        {
            TryChannel(c.Channels[i], out roles[i], out indexes[i]);
        }

        return new HubBoardPlan
        {
            Name = c.Name,
            Serial = Convert.FromHexString(c.Serial),
            LightEnablePin = c.LightEnablePin,
            WatchdogPin = c.WatchdogPin,
            Switch = wiring,
            SwitchPorts = c.SwitchPorts,
            FibrePlan = [.. c.FibrePlan.Select(row => row.Select(port => (byte)port).ToArray())],
            SwitchDrivePins = c.SwitchDrivePins,
            SwitchSensePins = c.SwitchSensePins,
            SerialDarkPort = c.SerialDarkPort,
            DriverBus = c.DriverBus,
            CoilExpanderSelect = c.CoilExpanderSelect,
            OutputEnablePin = c.OutputEnablePin,
            SenseExpanderSelect = c.SenseExpanderSelect,
            Tagger = tagger,
            TaggerBus = c.TaggerBus,
            TaggerSelect = c.TaggerSelect,
            TaggerClockHz = c.TaggerClockHz,
            TaggerReadyPin = c.TaggerReadyPin,
            ReferencePresentPin = c.ReferencePresentPin,
            ReferenceHz = c.ReferenceHz,
            BlockItemsMax = c.BlockItemsMax,
            BlockBuffers = c.BlockBuffers,
            ChannelRoles = roles,
            ChannelIndexes = indexes,
            BenchTimerSelect = c.BenchTimerSelect,
            BenchEnablePin = c.BenchEnablePin,
            BenchInterruptPin = c.BenchInterruptPin,
            BenchPulsePin = c.BenchPulsePin,
            BenchClockHz = c.BenchClockHz,
            BenchDelayPsMin = c.BenchDelayPsMin,
            BenchDelayPsMax = c.BenchDelayPsMax,
        };
    }
}
