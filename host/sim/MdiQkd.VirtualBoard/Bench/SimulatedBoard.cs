using System.Device.Gpio;
using System.Device.Spi;
using MdiQkd.Firmware;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Link;
using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Platform;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// A whole hub board without hardware: the firmware's sources on System.Device.Gpio and System.Device.Spi, with simulated pins and
/// register-level chips below and a real byte link above.
/// </summary>
/// <remarks>
/// <para>Design: only what is below the pins is simulated; the same builder as on hardware puts the firmware together. It runs on a thread of its own, as on a board; whatever changes
/// pins or chips from outside holds <see cref="Gate"/>. The board lives in real time (<see cref="SteadyClock"/>): a simulated world that runs faster waits for the switch.</para>
/// <para>Trade-offs: two latching 1×N units, one coil and one contact per position, all on pins: the plainest wiring that the firmware
/// knows. Fan-out chips and other actuators are tested against their chips without a board around them.</para>
/// </remarks>
public sealed class SimulatedBoard : IDisposable
{
    private const int Units = WireProtocol.SwitchInputs;
    private const int TaggerSelect = 0;
    private const int BenchTimerSelect = 1;

    // One 250th of the shortest pulse; what a board without interrupts would poll at.
    private const int IdleMs = 1;

    private readonly AutoResetEvent wake = new(false);
    private readonly SemaphoreSlim room = new(0, 1);
    private readonly SteadyClock clock = new();
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
        Wire(driver);
        BoardParts parts = new HubBoardBuilder(Plan(), pins, Open, wake).Build(link, clock, new BoardSensors(""));
        Faults = parts.Faults;
        loop = new DeviceLoop(new HubDevice(parts), wake, IdleMs);
        thread = new Thread(Run) { IsBackground = true, Name = "virtual board" };
        thread.Start();
    }

    /// <summary>Parts.</summary>
    public VirtualBoardSettings Settings { get; }

    /// <summary>The board's time: milliseconds since start.</summary>
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
    public As6500Chip As6500 { get; } = new();

    /// <summary>The bench timer.</summary>
    public Tdc7200Chip BenchTimer { get; } = new();

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

        // The event stays: threads of the link may still set it.
    }

    private void TellRoom()
    {
        if (room.CurrentCount == 0)
        {
            room.Release();
        }
    }

    private int PortOf(int unit) => Mechanics[unit].IsMoving ? 0 : Mechanics[unit].LightPort(out _);

    private void Run()
    {
        clock.Start();
        loop.Run();
    }

    private HubBoardPlan Plan()
    {
        int users = Settings.Users;
        byte[] ports = [.. Enumerable.Range(1, users).Select(user => (byte)user)];
        bool isChip = Settings.Tagger == TaggerKind.As6500;
        return new HubBoardPlan
        {
            Name = "virtual-board",
            Serial = [.. "VIRTUAL1"u8],
            LightEnablePin = BoardPins.LightEnable,
            Switch = SwitchWiring.CoilsOnPins,
            SwitchPorts = users,
            FibrePlan = [ports, ports],
            SwitchDrivePins = [.. BoardPins.Coils(0, users), .. BoardPins.Coils(1, users)],
            SwitchSensePins = [.. BoardPins.Contacts(0, users), .. BoardPins.Contacts(1, users)],
            Tagger = Settings.Tagger,
            TaggerSelect = TaggerSelect,
            TaggerReadyPin = isChip ? BoardPins.TaggerInterrupt : BoardPins.BlockReady,
            ReferencePresentPin = isChip ? BoardPins.ReferencePresent : HubBoardPlan.NotWired,
            BlockItemsMax = Settings.BlockItems,
            ChannelRoles = [ChannelRole.Unused, ChannelRole.Detector, ChannelRole.Detector],
            ChannelIndexes = [0, 0, 1],
            BenchTimerSelect = BenchTimerSelect,
            BenchEnablePin = BoardPins.BenchEnable,
            BenchInterruptPin = BoardPins.BenchInterrupt,
            BenchPulsePin = BoardPins.BenchPulse,
        };
    }

    private void Wire(SimulatedGpioDriver driver)
    {
        lightEnable.Changed += _ => LightSwitched?.Invoke();
        driver.WireOutput(BoardPins.LightEnable, lightEnable);
        for (int unit = 0; unit < Units; unit++)
        {
            LatchingCoils coils = new(Mechanics[unit], clock, Supply);
            int[] coilPins = BoardPins.Coils(unit, Settings.Users);
            int[] contactPins = BoardPins.Contacts(unit, Settings.Users);
            for (int position = 0; position <= Settings.Users; position++)
            {
                int contact = position;
                driver.WireOutput(coilPins[position], coils.Lines[position]);
                driver.WireContact(contactPins[position], () => coils.Sense(contact));
            }
        }

        driver.WireInput(BoardPins.BlockReady, FrontEnd.BlockReady);
        driver.WireInput(BoardPins.TaggerInterrupt, As6500.Interrupt);
        driver.WireInput(BoardPins.ReferencePresent, As6500.ReferencePresent);
        driver.WireOutput(BoardPins.BenchEnable, BenchTimer.Enable);
        driver.WireOutput(BoardPins.BenchPulse, BenchTimer.Pulse);
        driver.WireInput(BoardPins.BenchInterrupt, BenchTimer.Interrupt);
    }

    private SpiBus Open(int bus, int chipSelect, int clockHz, SpiMode mode) => new(new SimulatedSpiDevice(
        chipSelect == BenchTimerSelect ? BenchTimer : Settings.Tagger == TaggerKind.As6500 ? As6500 : FrontEnd, Gate, chipSelect));
}
