using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>
/// A switch controller on two simulated 1×N units. After every millisecond it checks what must never happen: light through a unit that
/// moves or stands wrong, two coils at once, light in another state than the two that let it pass.
/// </summary>
internal sealed class SwitchRig
{
    internal const int Ports = 3;

    internal SwitchRig(Func<SwitchRig, ISwitchUnit[]> units, int initialPosition = 0)
    {
        Faults = new FaultLog(Clock);
        Mechanics = [new SwitchMechanics(Ports, Clock, initialPosition), new SwitchMechanics(Ports, Clock, initialPosition)];
        Units = units(this);
        Controller = new SwitchController(Units, new LineOutput(LightEnable), Settings, Faults);
        Visited.Add((SwitchState.Unknown, 0));
    }

    internal ManualClock Clock { get; } = new();

    internal SwitchSettings Settings { get; } = new();

    internal FaultLog Faults { get; }

    internal SwitchMechanics[] Mechanics { get; }

    internal CoilSupply Supply { get; } = new();

    internal SignalLine LightEnable { get; } = new() { Level = true };

    internal ISwitchUnit[] Units { get; }

    internal SwitchController Controller { get; }

    /// <summary>States in the order in which they were seen, with the time.</summary>
    internal List<(SwitchState State, long AtMs)> Visited { get; } = [];

    internal ShiftRegisterChip? ShiftRegister { get; set; }

    internal Mcp23S17Chip? Expander { get; set; }

    internal SercaloModule[] Modules { get; set; } = [];

    internal AddressedSwitch[] Addressed { get; set; } = [];

    /// <summary>Latching coils and sense contacts on GPIO.</summary>
    internal static SwitchRig Latching(int initialPosition = 0) => new(
        rig =>
        {
            CoilInterlock interlock = new();
            return [.. rig.Mechanics.Select(mechanics =>
            {
                LatchingCoils coils = new(mechanics, rig.Clock, rig.Supply);
                return new LatchingCoilUnit(
                    new GpioOutputBank([.. coils.Lines.Select(line => new LineOutput(line))]), 0, Ports, interlock,
                    new OneOfNSense(Senses(Ports + 1, coils.Sense), 0, Ports), rig.Settings);
            })];
        },
        initialPosition);

    /// <summary>Latching coils without sense contacts.</summary>
    internal static SwitchRig Blind() => new(
        rig =>
        {
            CoilInterlock interlock = new();
            return [.. rig.Mechanics.Select(mechanics => new LatchingCoilUnit(
                new GpioOutputBank([.. new LatchingCoils(mechanics, rig.Clock, rig.Supply).Lines.Select(line => new LineOutput(line))]),
                0, Ports, interlock, null, rig.Settings))];
        });

    /// <summary>Latching coils on a chain of two 74HC595 with loop-back.</summary>
    internal static SwitchRig OnShiftRegister() => new(rig =>
    {
        ShiftRegisterChip chip = new(2);
        rig.ShiftRegister = chip;
        ShiftRegisterBank bank = new(new ChipSpiBus(chip), new LineOutput(chip.OutputEnableLow), 2, true);
        return Coils(rig, bank, chip.Outputs, (u, coils) => new OneOfNSense(Senses(Ports + 1, coils.Sense), 0, Ports));
    });

    /// <summary>Latching coils on port A, sense contacts on port B of an MCP23S17.</summary>
    internal static SwitchRig OnExpander() => new(rig =>
    {
        LatchingCoils[] coils = [];
        Mcp23S17Chip chip = new(5, line => line >= 8 && coils[(line - 8) / 4].Sense((line - 8) % 4));
        rig.Expander = chip;
        ExpanderBank bank = new(new ChipSpiBus(chip), 5, 0xFF00);
        coils = [.. rig.Mechanics.Select(mechanics => new LatchingCoils(mechanics, rig.Clock, rig.Supply))];
        CoilInterlock interlock = new();
        return [.. coils.Select((c, u) =>
        {
            Connect(chip.Outputs, u * (Ports + 1), c.Lines);
            return new LatchingCoilUnit(
                bank, u * (Ports + 1), Ports, interlock, new OneOfNSense(bank, 8 + (u * (Ports + 1)), Ports), rig.Settings);
        })];
    });

    /// <summary>Address lines, with or without a strobe, and binary position outputs on GPIO.</summary>
    internal static SwitchRig WithAddress(bool hasStrobe) => new(rig =>
    {
        rig.Addressed = [.. rig.Mechanics.Select(mechanics => new AddressedSwitch(mechanics, 2, hasStrobe))];
        return [.. rig.Addressed.Select(module => new AddressUnit(
            new GpioOutputBank([.. module.Lines.Select(line => new LineOutput(line))]), 0, 2, hasStrobe, Ports,
            new BinarySense(Senses(3, module.Sense), 0, 2, Ports), rig.Settings))];
    });

    /// <summary>Serial modules.</summary>
    internal static SwitchRig Serial() => new(rig =>
    {
        rig.Modules = [.. rig.Mechanics.Select(mechanics => new SercaloModule(mechanics))];
        return [.. rig.Modules.Select(module => new SercaloUnit(new ModuleLink(module), Ports, module.DarkPort))];
    });

    /// <summary>Started and dark.</summary>
    internal SwitchRig Started()
    {
        Controller.Start(Clock.NowMs);
        Note();
        RunUntil(SwitchState.Dark, SwitchState.Faulted);
        return this;
    }

    /// <summary>Started and connected to two users.</summary>
    internal SwitchRig Connected(int port1 = 1, int port2 = 2)
    {
        Started();
        Assert.True(TryConnect(port1, port2));
        RunUntil(SwitchState.Connected, SwitchState.Faulted);
        return this;
    }

    internal bool TryConnect(int port1, int port2) => TryConnect(port1, port2, out _, out _);

    internal bool TryConnect(int port1, int port2, out RefusalReason reason, out int detail)
    {
        bool hasBegun = Controller.TryConnect([port1, port2], [(byte)port1, (byte)port2], Clock.NowMs, out reason, out detail);
        Note();
        return hasBegun;
    }

    internal void GoDark()
    {
        Controller.GoDark(Clock.NowMs);
        Note();
    }

    internal void ClearFault()
    {
        Controller.ClearFault(Clock.NowMs);
        Note();
    }

    /// <summary>Goes on for a time, a millisecond a round.</summary>
    internal void Run(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            Step(1);
        }
    }

    /// <summary>One round after a time.</summary>
    internal void Step(int ms)
    {
        Clock.Advance(ms);
        Controller.Poll(Clock.NowMs);
        Note();
        Check();
    }

    internal void RunUntil(params SwitchState[] states)
    {
        for (int i = 0; i < 5000; i++)
        {
            Step(1);
            if (states.Contains(Controller.State))
            {
                return;
            }
        }

        Assert.Fail($"{Controller.State} after 5 s, not {string.Join(", ", states)}");
    }

    /// <summary>States visited since a position in <see cref="Visited"/>.</summary>
    internal SwitchState[] StatesSince(int index) => [.. Visited.Skip(index).Select(visit => visit.State)];

    internal SwitchStatus Status()
    {
        SwitchStatus status = new();
        Controller.Describe(status, Clock.NowMs);
        return status;
    }

    private static GpioInputBank Senses(int lines, Func<int, bool> level) =>
        new([.. Enumerable.Range(0, lines).Select(line => new SenseInput(() => level(line)))]);

    private static ISwitchUnit[] Coils(
        SwitchRig rig, IOutputBank bank, SignalLine[] outputs, Func<int, LatchingCoils, IPositionSense> sense)
    {
        CoilInterlock interlock = new();
        return [.. rig.Mechanics.Select((mechanics, u) =>
        {
            LatchingCoils coils = new(mechanics, rig.Clock, rig.Supply);
            Connect(outputs, u * (Ports + 1), coils.Lines);
            return new LatchingCoilUnit(bank, u * (Ports + 1), Ports, interlock, sense(u, coils), rig.Settings);
        })];
    }

    private static void Connect(SignalLine[] outputs, int first, SignalLine[] coils)
    {
        for (int i = 0; i < coils.Length; i++)
        {
            SignalLine coil = coils[i];
            outputs[first + i].Changed += level => coil.Level = level;
        }
    }

    private void Note()
    {
        if (Controller.State != Visited[^1].State)
        {
            Visited.Add((Controller.State, Clock.NowMs));
        }
    }

    private void Check()
    {
        bool mayPass = Controller.State is SwitchState.LockedOut or SwitchState.Connected;
        Assert.Equal(mayPass, LightEnable.Level);
        Assert.Equal(LightEnable.Level, Controller.IsLightEnabled);
        Assert.Equal(0, Supply.Overlaps);
    }
}
