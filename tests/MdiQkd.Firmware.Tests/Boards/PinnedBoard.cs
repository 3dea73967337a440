using System.Device.Gpio;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Link;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Ports;

namespace MdiQkd.Firmware.Tests.Boards;

/// <summary>A hub board as its plan says, on a real GpioController with chips behind the pins; the pins decide what is connected to what.</summary>
internal sealed class PinnedBoard : IBoardSensors
{
    private readonly HubBoardPlan plan;
    private readonly LatchingCoils[] coils;
    private readonly Dictionary<(int Bus, int Select), ISpiChip> chips = [];

    internal PinnedBoard(HubBoardPlan plan)
    {
        this.plan = plan;
        Mechanics = [new SwitchMechanics(plan.SwitchPorts, Clock, 1), new SwitchMechanics(plan.SwitchPorts, Clock, 2)];
        coils = [.. Mechanics.Select(mechanics => new LatchingCoils(mechanics, Clock, Supply))];
        if (plan.Switch == SwitchWiring.CoilsOnShiftRegisters)
        {
            WireShiftRegisters();
        }
        else
        {
            WireExpanders();
        }

        WireSwitchPins();
        chips[(plan.TaggerBus, plan.TaggerSelect)] = plan.Tagger == TaggerKind.FrontEnd ? FrontEnd : As6500;
        chips[(plan.DriverBus, plan.BenchTimerSelect)] = Tdc;
        Pins[plan.TaggerReadyPin] = plan.Tagger == TaggerKind.FrontEnd ? FrontEnd.BlockReady : As6500.Interrupt;
        Pins[plan.ReferencePresentPin] = As6500.ReferencePresent;
        Pins[plan.BenchEnablePin] = Tdc.Enable;
        Pins[plan.BenchInterruptPin] = Tdc.Interrupt;
        Pins[plan.BenchPulsePin] = Tdc.Pulse;
        Pins[plan.LightEnablePin].Level = true;
        Pins[plan.WatchdogPin].Changed += _ => WatchdogEdges++;
        (MemoryLink device, MemoryLink host) = MemoryLink.MakePair(1 << 16);
        Host = host;
        HubBoardBuilder builder = new(
            plan, new GpioController(Pins), (bus, select, clockHz, mode) => new ChipSpiBus(chips[(bus, select)]), Wake);
        Parts = builder.Build(device, Clock, this);
        Device = new HubDevice(Parts);
        Device.Start();
    }

    internal ManualClock Clock { get; } = new();

    internal WiredPins Pins { get; } = new();

    internal AutoResetEvent Wake { get; } = new(false);

    internal CoilSupply Supply { get; } = new();

    internal SwitchMechanics[] Mechanics { get; }

    internal As6500Chip As6500 { get; } = new();

    internal FrontEndChip FrontEnd { get; } = new(itemsMax: 64, capacity: 4);

    internal Tdc7200Chip Tdc { get; } = new();

    internal MemoryLink Host { get; }

    internal BoardParts Parts { get; }

    internal HubDevice Device { get; }

    internal int WatchdogEdges { get; private set; }

    internal bool IsLit => Pins[plan.LightEnablePin].Level;

    public bool HasThermometer => false;

    public bool TryReadTemperature(out int milliC) => (milliC = 0) != 0;

    public uint FreeMemoryBytes() => 100_000;

    /// <summary>Lets time pass, a round a millisecond.</summary>
    internal void Run(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            Clock.Advance(1);
            Device.Poll();
            Assert.Equal(0, Supply.Overlaps);
        }
    }

    private void WireExpanders()
    {
        Mcp23S17Chip drive = new(0, _ => false);
        Mcp23S17Chip sense = new(0, line => line % 8 <= plan.SwitchPorts && coils[line / 8].Sense(line % 8));
        chips[(plan.DriverBus, plan.CoilExpanderSelect)] = drive;
        chips[(plan.DriverBus, plan.SenseExpanderSelect)] = sense;
        WireCoils(drive.Outputs);
    }

    private void WireShiftRegisters()
    {
        ShiftRegisterChip chain = new(2);
        chips[(plan.DriverBus, plan.CoilExpanderSelect)] = chain;
        Pins[plan.OutputEnablePin] = chain.OutputEnableLow;
        WireCoils(chain.Outputs);
    }

    private void WireCoils(SignalLine[] outputs)
    {
        for (int line = 0; line < outputs.Length; line++)
        {
            if (line % 8 <= plan.SwitchPorts)
            {
                SignalLine coil = coils[line / 8].Lines[line % 8];
                outputs[line].Changed += level => coil.Level = level;
            }
        }
    }

    private void WireSwitchPins()
    {
        int positions = plan.SwitchPorts + 1;
        for (int i = 0; i < plan.SwitchDrivePins.Length; i++)
        {
            Pins[plan.SwitchDrivePins[i]] = coils[i / positions].Lines[i % positions];
        }

        for (int i = 0; i < plan.SwitchSensePins.Length; i++)
        {
            (LatchingCoils unit, int position) = (coils[i / positions], i % positions);
            Pins.Contacts[plan.SwitchSensePins[i]] = () => unit.Sense(position);
        }
    }
}
