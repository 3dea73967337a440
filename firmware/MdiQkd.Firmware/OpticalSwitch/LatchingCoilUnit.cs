using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// A latching 1×N switch with one coil per position (Panasonic AWAP class: pulse above 20 ms, 10 million operations): line 0 of
/// the unit drives the coil for dark, line p that of port p. One coil is on at a time, on this unit and on the whole board.
/// </summary>
public sealed class LatchingCoilUnit : ISwitchUnit
{
    private readonly IOutputBank bank;
    private readonly int firstLine;
    private readonly CoilInterlock interlock;
    private readonly IPositionSense sense;
    private readonly SwitchSettings settings;
    private bool isPending;
    private int pendingPort;
    private bool isPulsing;
    private int pulsedPort;
    private long pulseStartMs;
    private UnitDrive result = UnitDrive.Done;

    /// <summary>Takes its lines; drives nothing yet.</summary>
    /// <param name="bank">Where the coil drivers are.</param>
    /// <param name="firstLine">Line of the coil for dark.</param>
    /// <param name="ports">User ports.</param>
    /// <param name="interlock">Shared by all units on one coil supply.</param>
    /// <param name="sense">Position contacts, or null if the unit has none.</param>
    /// <param name="settings">Pulse width.</param>
    public LatchingCoilUnit(
        IOutputBank bank, int firstLine, int ports, CoilInterlock interlock, IPositionSense sense, SwitchSettings settings)
    {
        this.bank = bank;
        this.firstLine = firstLine;
        this.interlock = interlock;
        this.sense = sense;
        this.settings = settings;
        Ports = ports;
    }

    /// <inheritdoc/>
    public int Ports { get; }

    /// <inheritdoc/>
    public bool HasReadBack => sense != null;

    /// <inheritdoc/>
    public void Select(int port, long nowMs)
    {
        isPending = true;
        pendingPort = port;
        if (!isPulsing)
        {
            result = UnitDrive.Busy;
        }
    }

    /// <inheritdoc/>
    public UnitDrive Poll(long nowMs)
    {
        if (isPulsing)
        {
            EndPulse(nowMs);
        }

        if (!isPulsing && isPending && interlock.TryAcquire(this))
        {
            BeginPulse(nowMs);
        }

        return isPulsing || isPending ? UnitDrive.Busy : result;
    }

    /// <inheritdoc/>
    public int ReadBack() => sense == null ? SwitchStatus.NoReadBack : sense.Read();

    /// <inheritdoc/>
    public void Release()
    {
        for (int i = 0; i <= Ports; i++)
        {
            bank.Set(firstLine + i, false);
        }

        bank.Apply();
        interlock.Release(this);
        isPulsing = false;
        isPending = false;
    }

    private void BeginPulse(long nowMs)
    {
        isPending = false;
        isPulsing = true;
        pulsedPort = pendingPort;
        pulseStartMs = nowMs;
        result = UnitDrive.Done;
        bank.Set(firstLine + pulsedPort, true);
        if (!bank.Apply())
        {
            Release();
            result = UnitDrive.DriverFault;
        }
    }

    private void EndPulse(long nowMs)
    {
        // One count of the clock more: a pulse that began late in its millisecond must not be short.
        long pulsedMs = nowMs - pulseStartMs;
        if (pulsedMs <= settings.PulseMs)
        {
            return;
        }

        bank.Set(firstLine + pulsedPort, false);
        bool isSound = bank.Apply();
        isPulsing = false;
        interlock.Release(this);
        result = !isSound ? UnitDrive.DriverFault
            : pulsedMs > settings.PulseMs + SwitchSettings.PulseOverrunMsMax ? UnitDrive.PulseLong
            : UnitDrive.Done;
    }
}
