using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// Moves the switch units of the measurement inputs: break before make, settle, verify by read-back, lock-out; dark on every doubt.
/// The state machine is drawn in firmware/README.md; every transition is in <see cref="Poll"/> or one of the commands.
/// The light-enable line is high in LockedOut and Connected only.
/// </summary>
public sealed class SwitchController
{
    private const int Inputs = WireProtocol.SwitchInputs;

    // A position counts when it stands for this long: contacts bounce.
    private const int StableMs = 2;

    private readonly ISwitchUnit[] units;
    private readonly IDigitalOutput lightEnable;
    private readonly SwitchSettings settings;
    private readonly FaultLog faults;
    private readonly int[] port = new int[Inputs];
    private readonly int[] target = new int[Inputs];
    private readonly int[] before = new int[Inputs];
    private readonly bool[] isMoving = new bool[Inputs];
    private readonly byte[] users = new byte[Inputs];
    private readonly long[] awaySinceMs = new long[Inputs];
    private readonly bool[] isAway = new bool[Inputs];
    private readonly uint[] operations = new uint[Inputs];
    private long deadlineMs;
    private long lightOffMs;
    private long stableSinceMs;
    private bool isStable;
    private int retriesLeft;

    /// <summary>Takes units and lines, blocks the light; nothing moves before <see cref="Start"/>.</summary>
    /// <param name="units">One unit per measurement input; [<see cref="WireProtocol.SwitchInputs"/>].</param>
    /// <param name="lightEnable">Line that blocks all light when low: shutter, attenuator or coil supply; null if there is none.</param>
    /// <param name="settings">Times and limits.</param>
    /// <param name="faults">Where faults go.</param>
    public SwitchController(ISwitchUnit[] units, IDigitalOutput lightEnable, SwitchSettings settings, FaultLog faults)
    {
        this.units = units;
        this.lightEnable = lightEnable;
        this.settings = settings;
        this.faults = faults;
        EnableLight(false, 0);
    }

    /// <summary>State.</summary>
    public SwitchState State { get; private set; } = SwitchState.Unknown;

    /// <summary>Fault that holds the switch dark, or None.</summary>
    public FaultCode Fault { get; private set; }

    /// <summary>Whether the light may pass.</summary>
    public bool IsLightEnabled { get; private set; }

    /// <summary>Whether there is a line that blocks all light.</summary>
    public bool HasLightEnable => lightEnable != null;

    /// <summary>Moves that were repeated, since start.</summary>
    public uint Retries { get; private set; }

    /// <summary>Counts what happened without being told: who compares it sees that the host must know.</summary>
    public uint Alarms { get; private set; }

    /// <summary>Whether every unit reports its position.</summary>
    public bool HasReadBack => units[0].HasReadBack && units[1].HasReadBack;

    /// <summary>Whether no light passes and nothing moves.</summary>
    public bool IsAtRestDark => State == SwitchState.Dark || State == SwitchState.Faulted;

    /// <summary>Operations of a unit so far.</summary>
    /// <param name="input">Measurement input, from 0.</param>
    public uint OperationsOf(int input) => operations[input];

    /// <summary>Restores the count of a unit's operations.</summary>
    public void RestoreOperations(int input, uint count) => operations[input] = count;

    /// <summary>First move after power-up: to dark, wherever the units are.</summary>
    public void Start(long nowMs) => GoDark(nowMs);

    /// <summary>Begins to connect.</summary>
    /// <param name="ports">Port of each input, 0 = dark; copied.</param>
    /// <param name="newUsers">User of each input, for the status; copied.</param>
    /// <param name="nowMs">Time now.</param>
    /// <param name="reason">Why not, if not.</param>
    /// <param name="detail">The value that the reason speaks of.</param>
    /// <returns>Whether it has begun; the end is seen by <see cref="State"/>.</returns>
    public bool TryConnect(int[] ports, byte[] newUsers, long nowMs, out RefusalReason reason, out int detail)
    {
        reason = RefusalReason.Busy;
        detail = 0;
        if (State == SwitchState.Faulted)
        {
            reason = RefusalReason.FaultActive;
            detail = (int)Fault;
            return false;
        }

        if (State == SwitchState.LockedOut)
        {
            reason = RefusalReason.LockedOut;
            detail = LockOutMs(nowMs);
            return false;
        }

        if (State != SwitchState.Dark && State != SwitchState.Connected)
        {
            return false;
        }

        for (int i = 0; i < Inputs; i++)
        {
            target[i] = ports[i];
            users[i] = newUsers[i];
            before[i] = port[i];
            isMoving[i] = port[i] != ports[i];
        }

        retriesLeft = settings.Retries;
        BeginBreak(nowMs);
        return true;
    }

    /// <summary>Blocks all light, from any state. The light-enable line falls at once.</summary>
    public void GoDark(long nowMs)
    {
        EnableLight(false, nowMs);
        for (int i = 0; i < Inputs; i++)
        {
            target[i] = 0;
            users[i] = 0;
            before[i] = port[i];
            isMoving[i] = true;
        }

        retriesLeft = settings.Retries;
        BeginDark(nowMs);
    }

    /// <summary>Acknowledges the fault; the switch verifies dark before it may connect again.</summary>
    public void ClearFault(long nowMs)
    {
        if (State == SwitchState.Faulted)
        {
            Fault = FaultCode.None;
            GoDark(nowMs);
        }
    }

    /// <summary>Goes dark because of something outside the switch, unless it is dark and at rest.</summary>
    /// <param name="fault">None, or a fault that must be acknowledged before light passes again.</param>
    /// <param name="nowMs">Time now.</param>
    public void GoDarkUnasked(FaultCode fault, long nowMs)
    {
        Fault = Fault == FaultCode.None ? fault : Fault;
        if (!IsAtRestDark || fault != FaultCode.None)
        {
            Alarms++;
            GoDark(nowMs);
        }
    }

    /// <summary>Goes on; to be called in every round of the main loop.</summary>
    public void Poll(long nowMs)
    {
        bool isDriving = Drive(nowMs);
        switch (State)
        {
            case SwitchState.BreakDriving:
                if (!isDriving)
                {
                    // The break counts from when the light went off, the settling from the end of the drive.
                    Enter(SwitchState.BreakSettling, Later(nowMs + settings.SettleMs, lightOffMs + settings.BreakMs) + 1);
                }

                break;
            case SwitchState.MakeDriving:
                if (!isDriving)
                {
                    Enter(SwitchState.MakeSettling, nowMs + settings.SettleMs + 1);
                }

                break;
            case SwitchState.DarkDriving:
                if (!isDriving)
                {
                    Enter(SwitchState.DarkSettling, nowMs + settings.SettleMs + 1);
                }

                break;
            case SwitchState.BreakSettling:
                EnterWhenDue(SwitchState.BreakVerifying, nowMs);
                break;
            case SwitchState.MakeSettling:
                EnterWhenDue(SwitchState.MakeVerifying, nowMs);
                break;
            case SwitchState.DarkSettling:
                EnterWhenDue(SwitchState.DarkVerifying, nowMs);
                break;
            case SwitchState.BreakVerifying:
            case SwitchState.MakeVerifying:
            case SwitchState.DarkVerifying:
                Verify(nowMs);
                break;
            case SwitchState.LockedOut:
                EnterWhenDue(SwitchState.Connected, nowMs);
                Watch(nowMs);
                break;
            case SwitchState.Connected:
                Watch(nowMs);
                break;
            default:
                break;
        }
    }

    /// <summary>Fills a status message.</summary>
    public void Describe(SwitchStatus status, long nowMs)
    {
        status.State = State;
        status.Fault = Fault;
        status.IsLightEnabled = IsLightEnabled;
        status.Retries = Retries;
        status.LockOutMs = LockOutMs(nowMs);
        for (int i = 0; i < Inputs; i++)
        {
            status.Users[i] = users[i];
            status.ReadBack[i] = (byte)units[i].ReadBack();
            status.Operations[i] = operations[i];
        }
    }

    /// <summary>Units that do not report dark, for the self-test.</summary>
    public int CountNotDark()
    {
        int count = 0;
        for (int i = 0; i < Inputs; i++)
        {
            count += units[i].HasReadBack && units[i].ReadBack() != 0 ? 1 : 0;
        }

        return count;
    }

    private static long Later(long a, long b) => a > b ? a : b;

    private int LockOutMs(long nowMs) =>
        State == SwitchState.LockedOut && deadlineMs > nowMs ? (int)(deadlineMs - nowMs) : 0;

    private void Enter(SwitchState state, long newDeadlineMs)
    {
        State = state;
        deadlineMs = newDeadlineMs;
        isStable = false;
    }

    private void EnterWhenDue(SwitchState state, long nowMs)
    {
        if (nowMs >= deadlineMs)
        {
            Enter(state, nowMs + settings.VerifyMs);
        }
    }

    private void BeginBreak(long nowMs)
    {
        EnableLight(false, nowMs);
        for (int i = 0; i < Inputs; i++)
        {
            // A unit that is dark already is not pulsed again, only verified.
            if (isMoving[i] && port[i] != 0)
            {
                Select(i, 0, nowMs);
            }
        }

        Enter(SwitchState.BreakDriving, nowMs);
    }

    private void BeginMake(long nowMs)
    {
        for (int i = 0; i < Inputs; i++)
        {
            if (isMoving[i] && target[i] != 0)
            {
                Select(i, target[i], nowMs);
            }
        }

        Enter(SwitchState.MakeDriving, nowMs);
    }

    private void BeginDark(long nowMs)
    {
        for (int i = 0; i < Inputs; i++)
        {
            Select(i, 0, nowMs);
        }

        Enter(SwitchState.DarkDriving, nowMs);
    }

    private void Select(int input, int newPort, long nowMs)
    {
        units[input].Select(newPort, nowMs);
        port[input] = newPort;
        operations[input]++;
        if (operations[input] >= (uint)settings.WearLimitThousands * 1000 && !faults.IsActive(FaultCode.SwitchWorn))
        {
            faults.Raise(FaultCode.SwitchWorn, input + 1);
        }
    }

    /// <summary>Lets the units drive; yields whether one still does. A unit that fails ends the move.</summary>
    private bool Drive(long nowMs)
    {
        bool isDriving = false;
        for (int i = 0; i < Inputs; i++)
        {
            UnitDrive drive = units[i].Poll(nowMs);
            isDriving |= drive == UnitDrive.Busy;
            if (IsDrivingState() && drive > UnitDrive.Busy)
            {
                FailDrive(i, drive, nowMs);
                return true;
            }
        }

        return isDriving;
    }

    private bool IsDrivingState() =>
        State == SwitchState.BreakDriving || State == SwitchState.MakeDriving || State == SwitchState.DarkDriving;

    private void FailDrive(int input, UnitDrive drive, long nowMs)
    {
        FaultCode code = drive == UnitDrive.NoReply ? FaultCode.SwitchNoReply
            : drive == UnitDrive.DriverFault ? FaultCode.SwitchDriverFault
            : FaultCode.CoilPulseLong;
        units[input].Release();
        if (State != SwitchState.DarkDriving)
        {
            Fail(code, input + 1, nowMs);
            return;
        }

        // Dark itself cannot be driven: what is left is the light-enable line.
        faults.Raise(code, input + 1);
        if (retriesLeft > 0)
        {
            Repeat(input);
            BeginDark(nowMs);
            return;
        }

        EndUnverified(code, input, nowMs);
    }

    private void Verify(long nowMs)
    {
        int wrong = FirstWrong(out int actual);
        bool wasStable = isStable;
        isStable = wrong == Inputs;
        stableSinceMs = wasStable ? stableSinceMs : nowMs;
        if (!isStable || nowMs - stableSinceMs < StableMs)
        {
            if (nowMs >= deadlineMs)
            {
                FailVerify(isStable ? 0 : wrong, isStable ? SwitchStatus.BetweenPorts : actual, nowMs);
            }

            return;
        }

        if (State == SwitchState.BreakVerifying)
        {
            BeginMake(nowMs);
        }
        else if (State == SwitchState.MakeVerifying)
        {
            for (int i = 0; i < Inputs; i++)
            {
                isAway[i] = false;
            }

            EnableLight(true, nowMs);
            Enter(SwitchState.LockedOut, nowMs + settings.LockOutMs);
        }
        else
        {
            Enter(Fault == FaultCode.None ? SwitchState.Dark : SwitchState.Faulted, nowMs);
        }
    }

    /// <summary>First unit that is not where it should be, and where it is; the number of inputs if there is none.</summary>
    private int FirstWrong(out int actual)
    {
        actual = SwitchStatus.NoReadBack;
        for (int i = 0; i < Inputs; i++)
        {
            int expected = State == SwitchState.MakeVerifying ? target[i] : isMoving[i] ? 0 : port[i];
            actual = units[i].ReadBack();
            if (actual != expected && actual != SwitchStatus.NoReadBack)
            {
                return i;
            }
        }

        return Inputs;
    }

    private void FailVerify(int input, int actual, long nowMs)
    {
        if (retriesLeft > 0)
        {
            Repeat(input);
            if (State == SwitchState.DarkVerifying)
            {
                BeginDark(nowMs);
            }
            else
            {
                // From the start, and every unit is driven: where they are is no longer known.
                for (int i = 0; i < Inputs; i++)
                {
                    isMoving[i] = true;
                    port[i] = SwitchStatus.BetweenPorts;
                }

                BeginBreak(nowMs);
            }

            return;
        }

        bool isStuck = actual == (State == SwitchState.MakeVerifying ? 0 : before[input]);
        FaultCode code = actual == SwitchStatus.BetweenPorts ? FaultCode.SwitchNotSettled
            : isStuck ? FaultCode.SwitchStuck
            : FaultCode.SwitchWrongPort;
        int detail = code == FaultCode.SwitchWrongPort ? ((input + 1) * 256) + actual : input + 1;
        if (State == SwitchState.DarkVerifying)
        {
            faults.Raise(code, detail);
            EndUnverified(code, input, nowMs);
        }
        else
        {
            Fail(code, detail, nowMs);
        }
    }

    private void Repeat(int input)
    {
        retriesLeft--;
        Retries++;
        faults.Raise(FaultCode.SwitchRetried, input + 1);
    }

    private void Fail(FaultCode code, int detail, long nowMs)
    {
        faults.Raise(code, detail);
        Fault = code;
        Alarms++;
        GoDark(nowMs);
    }

    /// <summary>The end of the road: units released, light-enable low, and a fault that says not to trust the dark.</summary>
    private void EndUnverified(FaultCode code, int input, long nowMs)
    {
        for (int i = 0; i < Inputs; i++)
        {
            units[i].Release();
        }

        faults.Raise(FaultCode.SwitchNotDark, input + 1);
        Fault = Fault == FaultCode.None ? code : Fault;
        Alarms++;
        Enter(SwitchState.Faulted, nowMs);
    }

    /// <summary>While light passes: a unit that is away from its port for longer than the verify time has moved by itself.</summary>
    private void Watch(long nowMs)
    {
        for (int i = 0; i < Inputs; i++)
        {
            int actual = units[i].ReadBack();
            bool wasAway = isAway[i];
            isAway[i] = actual != target[i] && actual != SwitchStatus.NoReadBack;
            if (isAway[i] && !wasAway)
            {
                awaySinceMs[i] = nowMs;
            }

            if (isAway[i] && nowMs - awaySinceMs[i] >= settings.VerifyMs)
            {
                Fail(FaultCode.SwitchMovedUnasked, ((i + 1) * 256) + actual, nowMs);
                return;
            }
        }
    }

    private void EnableLight(bool on, long nowMs)
    {
        if (IsLightEnabled && !on)
        {
            lightOffMs = nowMs;
        }

        IsLightEnabled = on;
        if (lightEnable != null)
        {
            lightEnable.Write(on);
        }
    }
}
