using System.Device.Gpio;
using MdiQkd.Firmware;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Link;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Platform;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// A whole hub board without hardware: the firmware's sources on System.Device.Gpio and System.Device.Spi, with simulated pins and
/// register-level chips below and a real byte link above.
/// </summary>
/// <remarks>
/// <para>Design: only what is below the pins is simulated. The firmware runs on a thread of its own, as on a board; whatever changes
/// pins or chips from outside holds <see cref="Gate"/>. The board lives in real time: a simulated world that runs faster waits for the switch.</para>
/// <para>Trade-offs: two latching 1×N units, one coil and one contact per position, all on pins: the plainest wiring that the firmware
/// knows. Fan-out chips and other actuators are tested against their chips without a board around them.</para>
/// </remarks>
public sealed class SimulatedBoard : IDisposable
{
    private const int Units = WireProtocol.SwitchInputs;
    private const int ReferenceHz = 10_000_000;
    private const int BenchClockHz = 8_000_000;
    private const int BenchDelayPsMin = 15_000;
    private const int BenchDelayPsMax = 30_000;

    // One 250th of the shortest pulse; what a board without interrupts would poll at.
    private const int IdleMs = 1;

    private readonly AutoResetEvent wake = new(false);
    private readonly SemaphoreSlim room = new(0, 1);
    private readonly DeviceClock clock = new();
    private readonly IByteLink link;
    private readonly GpioController pins;
    private readonly SignalLine lightEnable = new();
    private readonly DeviceLoop loop;
    private readonly Thread thread;

    /// <summary>Builds and starts a board.</summary>
    /// <param name="settings">Parts, without fault.</param>
    /// <param name="makeLink">Makes the link to the host; the argument wakes the board. What can be disposed, the board disposes.</param>
    public SimulatedBoard(VirtualBoardSettings settings, Func<AutoResetEvent, IByteLink> makeLink)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(makeLink);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        Settings = settings;
        link = makeLink(wake);
        Mechanics = [.. Enumerable.Range(0, Units).Select(_ => new SwitchMechanics(settings.Users, clock) { TravelMs = settings.TravelMs })];
        FrontEnd = new FrontEndChip(itemsMax: settings.BlockItems, capacity: settings.FifoBlocks);
        FrontEnd.HasRoom += TellRoom;
        SimulatedGpioDriver driver = new(Gate);
        pins = new GpioController(driver);
        Faults = new FaultLog(clock);
        BoardParts parts = new()
        {
            Name = "virtual-board",
            Serial = [.. "VIRTUAL1"u8],
            Clock = clock,
            Link = link,
            Sensors = new BoardSensors(""),
            Faults = Faults,
        };
        AddSwitch(parts, driver);
        AddTagger(parts, driver);
        AddBenchTimer(parts, driver);
        loop = new DeviceLoop(new HubDevice(parts), wake, IdleMs);
        thread = new Thread(loop.Run) { IsBackground = true, Name = "virtual board" };
        thread.Start();
    }

    /// <summary>Parts.</summary>
    public VirtualBoardSettings Settings { get; }

    /// <summary>Milliseconds since start.</summary>
    public long NowMs => clock.NowMs;

    /// <summary>Held by whoever changes or reads pins and chips.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Faults of the firmware; for tests, which hold no lock: counters only.</summary>
    public FaultLog Faults { get; }

    /// <summary>Moving parts of the switch units at measurement inputs 1 and 2.</summary>
    public IReadOnlyList<SwitchMechanics> Mechanics { get; }

    /// <summary>Supply of all coils.</summary>
    public CoilSupply Supply { get; } = new();

    /// <summary>The front end; does something only if it is the tagger.</summary>
    public FrontEndChip FrontEnd { get; }

    /// <summary>The tagger chip; does something only if it is the tagger.</summary>
    public As6500Chip As6500 { get; } = new(ReferenceHz);

    /// <summary>The bench timer.</summary>
    public Tdc7200Chip BenchTimer { get; } = new(BenchClockHz);

    /// <summary>Called when the light-enable line has changed, under the gate.</summary>
    public event Action? LightSwitched;

    /// <summary>
    /// User whose light reaches measurement inputs 1 and 2 at this moment, 0 = none: where the mechanics really are, not where they were
    /// told to go. Between two positions nothing passes.
    /// </summary>
    public (int Input1, int Input2) Light
    {
        get
        {
            lock (Gate)
            {
                return lightEnable.Level ? (PortOf(0), PortOf(1)) : (0, 0);
            }
        }
    }

    /// <summary>Waits until the front end may take tags, or some time; may return for nothing.</summary>
    internal Task RoomAsync(int timeoutMs, CancellationToken ct) => room.WaitAsync(timeoutMs, ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        loop.Stop();
        thread.Join();
        (link as IDisposable)?.Dispose();
        pins.Dispose();
        room.Dispose();
        wake.Dispose();
    }

    private void TellRoom()
    {
        if (room.CurrentCount == 0)
        {
            room.Release();
        }
    }

    private int PortOf(int unit) => Mechanics[unit].IsMoving ? 0 : Mechanics[unit].LightPort(out _);

    private void AddSwitch(BoardParts parts, SimulatedGpioDriver driver)
    {
        int users = Settings.Users;
        SwitchSettings settings = new();
        CoilInterlock interlock = new();
        ISwitchUnit[] units = new ISwitchUnit[Units];
        byte[][] ports = new byte[Units][];
        for (int unit = 0; unit < Units; unit++)
        {
            LatchingCoils coils = new(Mechanics[unit], clock, Supply);
            int[] coilPins = BoardPins.Coils(unit, users);
            int[] contactPins = BoardPins.Contacts(unit, users);
            for (int position = 0; position <= users; position++)
            {
                int contact = position;
                driver.WireOutput(coilPins[position], coils.Lines[position]);
                driver.WireContact(contactPins[position], () => coils.Sense(contact));
            }

            units[unit] = new LatchingCoilUnit(
                new GpioOutputBank(GpioOutput.OpenAll(pins, coilPins)), 0, users, interlock,
                new OneOfNSense(new GpioInputBank(GpioInput.OpenAll(pins, contactPins, PinMode.InputPullDown)), 0, users), settings);
            ports[unit] = [.. Enumerable.Range(1, users).Select(user => (byte)user)];
        }

        lightEnable.Changed += _ => LightSwitched?.Invoke();
        driver.WireOutput(BoardPins.LightEnable, lightEnable);
        parts.SwitchSettings = settings;
        parts.Switch = new SwitchController(units, new GpioOutput(pins, BoardPins.LightEnable), settings, parts.Faults);
        parts.Matrix = new SelectionMatrix(users, ports);
    }

    private void AddTagger(BoardParts parts, SimulatedGpioDriver driver)
    {
        if (Settings.Tagger == TaggerKind.FrontEnd)
        {
            driver.WireInput(BoardPins.BlockReady, FrontEnd.BlockReady);
            parts.TagSource = new FrontEndTagger(
                Bus(FrontEnd, 0), Input(BoardPins.BlockReady), Settings.BlockItems, parts.Faults);
        }
        else if (Settings.Tagger == TaggerKind.As6500)
        {
            driver.WireInput(BoardPins.TaggerInterrupt, As6500.Interrupt);
            driver.WireInput(BoardPins.ReferencePresent, As6500.ReferencePresent);
            parts.TagSource = new As6500Tagger(
                Bus(As6500, 1), Input(BoardPins.TaggerInterrupt), Input(BoardPins.ReferencePresent), ReferenceHz,
                Settings.BlockItems, parts.Faults);
        }
        else
        {
            return;
        }

        parts.HasReferenceMonitor = true;
        parts.ChannelRoles = [ChannelRole.Unused, ChannelRole.Detector, ChannelRole.Detector];
        parts.ChannelIndexes = [0, 0, 1];
    }

    private void AddBenchTimer(BoardParts parts, SimulatedGpioDriver driver)
    {
        driver.WireOutput(BoardPins.BenchEnable, BenchTimer.Enable);
        driver.WireOutput(BoardPins.BenchPulse, BenchTimer.Pulse);
        driver.WireInput(BoardPins.BenchInterrupt, BenchTimer.Interrupt);
        parts.BenchTimer = new Tdc7200(
            Bus(BenchTimer, 2), new GpioOutput(pins, BoardPins.BenchEnable), Input(BoardPins.BenchInterrupt),
            new GpioOutput(pins, BoardPins.BenchPulse), BenchClockHz, parts.Faults);
        parts.BenchDelayPsMin = BenchDelayPsMin;
        parts.BenchDelayPsMax = BenchDelayPsMax;
    }

    private SpiBus Bus(ISpiChip chip, int chipSelect) => new(new SimulatedSpiDevice(chip, Gate, chipSelect));

    private GpioInput Input(int pin) => new(pins, pin, PinMode.Input, wake);
}
