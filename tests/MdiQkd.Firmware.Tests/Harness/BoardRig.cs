using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Link;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>A whole board in memory: latching switch with three users, tagger, bench timer, and the host's end of its link.</summary>
internal sealed class BoardRig : IBoardSensors, IWatchdog
{
    internal BoardRig(
        bool isFrontEnd = false, bool isBare = false, int linkCapacity = 1 << 16, Func<IByteLink, IByteLink>? wrapLink = null)
    {
        Faults = new FaultLog(Clock);
        (DeviceEnd, MemoryLink hostEnd) = MemoryLink.MakePair(linkCapacity);
        Mechanics = [new SwitchMechanics(3, Clock), new SwitchMechanics(3, Clock)];
        Parts = new BoardParts
        {
            Name = "test-board",
            Serial = [1, 2, 3, 4, 5, 6, 7, 8],
            Clock = Clock,
            Link = wrapLink?.Invoke(DeviceEnd) ?? DeviceEnd,
            Sensors = this,
            Faults = Faults,
        };
        if (!isBare)
        {
            AddSwitch();
            AddTagger(isFrontEnd);
        }

        Device = new HubDevice(Parts);
        Host = new HostEnd(hostEnd, this);
        Device.Start();
    }

    internal ManualClock Clock { get; } = new();

    internal FaultLog Faults { get; }

    internal BoardParts Parts { get; }

    internal HubDevice Device { get; }

    internal MemoryLink DeviceEnd { get; }

    internal HostEnd Host { get; }

    internal SwitchMechanics[] Mechanics { get; }

    internal CoilSupply Supply { get; } = new();

    internal SignalLine LightEnable { get; } = new();

    internal As6500Chip As6500 { get; } = new();

    internal FrontEndChip FrontEnd { get; } = new(itemsMax: 64, capacity: 4);

    internal Tdc7200Chip Tdc { get; } = new();

    internal int MilliC { get; set; } = 41_250;

    internal uint FreeMemory { get; set; } = 123_456;

    internal int Feeds { get; private set; }

    /// <summary>Set to make the next look at the sensors throw: a programming error somewhere on the board.</summary>
    internal bool Throws { get; set; }

    public bool HasThermometer => true;

    public bool TryReadTemperature(out int milliC)
    {
        if (Throws)
        {
            throw new InvalidOperationException("simulated error");
        }

        milliC = MilliC;
        return true;
    }

    public uint FreeMemoryBytes() => FreeMemory;

    public void Feed() => Feeds++;

    /// <summary>Lets time pass, one round a millisecond; the host takes what comes.</summary>
    internal void Run(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            Step();
        }
    }

    /// <summary>One millisecond.</summary>
    internal void Step()
    {
        Clock.Advance(1);
        for (int round = 0; Device.Poll() && round < 100; round++)
        {
            Host.Receive();
        }

        Host.Receive();
        bool isRight = Parts.Switch is not { IsLightEnabled: true } || Mechanics.All(m => !m.IsMoving);
        Assert.True(isRight);
        Assert.Equal(0, Supply.Overlaps);
    }

    private void AddSwitch()
    {
        SwitchSettings settings = new();
        CoilInterlock interlock = new();
        ISwitchUnit[] units =
        [
            .. Mechanics.Select(mechanics =>
            {
                LatchingCoils coils = new(mechanics, Clock, Supply);
                GpioInputBank senses = new([.. Enumerable.Range(0, 4).Select(i => new SenseInput(() => coils.Sense(i)))]);
                return new LatchingCoilUnit(
                    new GpioOutputBank([.. coils.Lines.Select(line => new LineOutput(line))]), 0, 3, interlock,
                    new OneOfNSense(senses, 0, 3), settings);
            }),
        ];
        Parts.SwitchSettings = settings;
        Parts.Switch = new SwitchController(units, new LineOutput(LightEnable), settings, Faults);
        Parts.Matrix = new SelectionMatrix(3, [[1, 2, 0], [0, 1, 2]]);
    }

    private void AddTagger(bool isFrontEnd)
    {
        Parts.TagSource = isFrontEnd
            ? new FrontEndTagger(new ChipSpiBus(FrontEnd), new LineInput(FrontEnd.BlockReady), 64, Faults)
            : new As6500Tagger(
                new ChipSpiBus(As6500), new LineInput(As6500.Interrupt), new LineInput(As6500.ReferencePresent), 10_000_000, 64, Faults);
        Parts.HasReferenceMonitor = true;
        Parts.ChannelRoles = [ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync];
        Parts.ChannelIndexes = [0, 1, 0];
        Parts.BenchTimer = new Tdc7200(
            new ChipSpiBus(Tdc), new LineOutput(Tdc.Enable), new LineInput(Tdc.Interrupt), new LineOutput(Tdc.Pulse), 8_000_000, Faults);
        Parts.BenchDelayPsMin = 20_000;
        Parts.BenchDelayPsMax = 23_000;
        Parts.Watchdog = this;
    }
}
