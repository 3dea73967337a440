using System.Device.Gpio;
using System.Device.Spi;
using System.Threading;
using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Adapters.HubBoard;

/// <summary>
/// Puts a hub board together from its plan, on any platform. The light-enable line goes low first, before anything else is opened.
/// </summary>
public sealed class HubBoardBuilder
{
    private const int ExpanderClockHz = 10_000_000;
    private const int ChipLinesPerUnit = 8;
    private const int BenchTimerClockHz = 10_000_000;
    private const int AllInputs = 0xFFFF;

    private readonly HubBoardPlan plan;
    private readonly GpioController pins;
    private readonly SpiOpener openSpi;
    private readonly AutoResetEvent wake;

    /// <summary>Takes the platform.</summary>
    /// <param name="plan">What is fitted, and where.</param>
    /// <param name="pins">Pins of the board.</param>
    /// <param name="openSpi">SPI buses of the board.</param>
    /// <param name="wake">Set by interrupts, for the main loop; null if the pins have none.</param>
    public HubBoardBuilder(HubBoardPlan plan, GpioController pins, SpiOpener openSpi, AutoResetEvent wake)
    {
        this.plan = plan;
        this.pins = pins;
        this.openSpi = openSpi;
        this.wake = wake;
    }

    /// <summary>Opens pins and buses.</summary>
    /// <param name="link">Link to the host.</param>
    /// <param name="clock">Clock.</param>
    /// <param name="sensors">Thermometer and memory.</param>
    /// <param name="modules">Serial port of each switch module, if the plan has serial ones; else null.</param>
    public BoardParts Build(IByteLink link, IDeviceClock clock, IBoardSensors sensors, IByteLink[] modules = null)
    {
        IDigitalOutput lightEnable = Output(plan.LightEnablePin);
        FaultLog faults = new FaultLog(clock);
        BoardParts parts = new BoardParts
        {
            Name = plan.Name,
            Serial = plan.Serial,
            Clock = clock,
            Link = link,
            Sensors = sensors,
            Faults = faults,
            BlockBuffers = plan.BlockBuffers,
            ChannelRoles = plan.ChannelRoles,
            ChannelIndexes = plan.ChannelIndexes,
            HasReferenceMonitor = plan.ReferencePresentPin != HubBoardPlan.NotWired || plan.Tagger == TaggerKind.FrontEnd,
        };
        if (plan.WatchdogPin != HubBoardPlan.NotWired)
        {
            parts.Watchdog = new WatchdogLine(Output(plan.WatchdogPin));
        }

        if (plan.Switch != SwitchWiring.None)
        {
            AddSwitch(parts, lightEnable, modules);
        }

        if (plan.Tagger != TaggerKind.None)
        {
            AddTagger(parts);
        }

        if (plan.BenchTimerSelect != HubBoardPlan.NotWired)
        {
            ISpiBus bus = openSpi(plan.DriverBus, plan.BenchTimerSelect, BenchTimerClockHz, SpiMode.Mode0);
            parts.BenchTimer = new Tdc7200(
                bus, Output(plan.BenchEnablePin), Input(plan.BenchInterruptPin, PinMode.InputPullUp), Output(plan.BenchPulsePin),
                plan.BenchClockHz, faults);
            parts.BenchDelayPsMin = plan.BenchDelayPsMin;
            parts.BenchDelayPsMax = plan.BenchDelayPsMax;
        }

        return parts;
    }

    private void AddSwitch(BoardParts parts, IDigitalOutput lightEnable, IByteLink[] modules)
    {
        SwitchSettings settings = new SwitchSettings();
        ISwitchUnit[] units = new ISwitchUnit[WireProtocol.SwitchInputs];
        if (plan.Switch == SwitchWiring.Serial)
        {
            for (int i = 0; i < units.Length; i++)
            {
                units[i] = new SercaloUnit(modules[i], plan.SwitchPorts, plan.SerialDarkPort);
            }
        }
        else if (plan.Switch == SwitchWiring.AddressOnPins)
        {
            AddAddressUnits(units, settings);
        }
        else
        {
            AddCoilUnits(parts, units, settings);
        }

        parts.SwitchSettings = settings;
        parts.Switch = new SwitchController(units, lightEnable, settings, parts.Faults);
        parts.Matrix = new SelectionMatrix(plan.FibrePlan[0].Length, plan.FibrePlan);
    }

    private void AddCoilUnits(BoardParts parts, ISwitchUnit[] units, SwitchSettings settings)
    {
        bool areOnPins = plan.Switch == SwitchWiring.CoilsOnPins;
        IOutputBank coils = OpenCoils();
        if (!areOnPins)
        {
            parts.SwitchDrivers = coils;
        }

        bool areContactsOnChip = plan.Switch == SwitchWiring.CoilsOnExpanders && plan.SenseExpanderSelect != HubBoardPlan.NotWired;
        IInputBank contacts = areContactsOnChip ? Expander(plan.SenseExpanderSelect, AllInputs) : SensePins();
        int coilLines = areOnPins ? plan.SwitchPorts + 1 : ChipLinesPerUnit;
        int contactLines = areContactsOnChip ? ChipLinesPerUnit : plan.SwitchPorts + 1;
        CoilInterlock interlock = new CoilInterlock();
        for (int i = 0; i < units.Length; i++)
        {
            IPositionSense sense = contacts == null ? null : new OneOfNSense(contacts, i * contactLines, plan.SwitchPorts);
            units[i] = new LatchingCoilUnit(coils, i * coilLines, plan.SwitchPorts, interlock, sense, settings);
        }
    }

    private IOutputBank OpenCoils()
    {
        if (plan.Switch == SwitchWiring.CoilsOnExpanders)
        {
            return Expander(plan.CoilExpanderSelect, 0);
        }

        if (plan.Switch == SwitchWiring.CoilsOnShiftRegisters)
        {
            ISpiBus bus = openSpi(plan.DriverBus, plan.CoilExpanderSelect, ExpanderClockHz, SpiMode.Mode0);

            // High from the first moment: what the registers hold after power-up is not defined.
            return new ShiftRegisterBank(bus, new GpioOutput(pins, plan.OutputEnablePin, true), WireProtocol.SwitchInputs, true);
        }

        return new GpioOutputBank(GpioOutput.OpenAll(pins, plan.SwitchDrivePins));
    }

    private void AddAddressUnits(ISwitchUnit[] units, SwitchSettings settings)
    {
        IOutputBank lines = new GpioOutputBank(GpioOutput.OpenAll(pins, plan.SwitchDrivePins));
        IInputBank positions = SensePins();
        int linesPerUnit = plan.SwitchDrivePins.Length / WireProtocol.SwitchInputs;
        int bits = linesPerUnit - 1;
        for (int i = 0; i < units.Length; i++)
        {
            IPositionSense sense = positions == null ? null : new BinarySense(positions, i * linesPerUnit, bits, plan.SwitchPorts);
            units[i] = new AddressUnit(lines, i * linesPerUnit, bits, true, plan.SwitchPorts, sense, settings);
        }
    }

    private void AddTagger(BoardParts parts)
    {
        IDigitalInput reference = Input(plan.ReferencePresentPin, PinMode.InputPullDown);
        if (plan.Tagger == TaggerKind.FrontEnd)
        {
            ISpiBus bus = openSpi(plan.TaggerBus, plan.TaggerSelect, plan.TaggerClockHz, SpiMode.Mode0);
            parts.TagSource = new FrontEndTagger(
                bus, Input(plan.TaggerReadyPin, PinMode.InputPullDown), plan.BlockItemsMax, parts.Faults);
        }
        else
        {
            ISpiBus bus = openSpi(plan.TaggerBus, plan.TaggerSelect, plan.TaggerClockHz, SpiMode.Mode1);
            parts.TagSource = new As6500Tagger(
                bus, Input(plan.TaggerReadyPin, PinMode.InputPullUp), reference, plan.ReferenceHz, plan.BlockItemsMax, parts.Faults);
        }
    }

    private ExpanderBank Expander(int chipSelect, int inputMask) =>
        new ExpanderBank(openSpi(plan.DriverBus, chipSelect, ExpanderClockHz, SpiMode.Mode0), 0, inputMask);

    private GpioInputBank SensePins() =>
        plan.SwitchSensePins.Length == 0
            ? null : new GpioInputBank(GpioInput.OpenAll(pins, plan.SwitchSensePins, PinMode.InputPullDown));

    private GpioOutput Output(int pin) => pin == HubBoardPlan.NotWired ? null : new GpioOutput(pins, pin);

    private GpioInput Input(int pin, PinMode mode) =>
        pin == HubBoardPlan.NotWired ? null : new GpioInput(pins, pin, mode, wake);
}
