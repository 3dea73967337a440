using System.Threading.Channels;
using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.World;

/// <summary>
/// The laboratory between the sockets: clock, switch, encoders, light. One loop owns all state; connections post actions to it.
/// </summary>
/// <remarks>
/// <para>Design: the clock is the watermark of the last published block. It advances by switch moves, by waiting for the start of a
/// session, and by emission, as fast as blocks are taken. A session runs while both encoders at the measurement have armed it
/// and allow its next slot.</para>
/// <para>Trade-off: an encoder that is armed but not connected just waits, as light into a dark switch would tell nobody anything.</para>
/// </remarks>
internal sealed class Laboratory
{
    // Actions waiting for the loop; a full inbox holds the connections back.
    private const int InboxMax = 1024;

    // About 15 ms of work in fidelity singles, so that progress comes at least every 100 ms of real time.
    private const int TagsPerBlock = 1 << 16;

    private const long PsPerMs = 1_000_000_000;

    private readonly WorldConfiguration configuration;
    private readonly PhysicsSeed seed;
    private readonly Action<string> log;
    private readonly TagOutput output;
    private readonly SwitchState opticalSwitch;
    private readonly LabUser[] users;
    private readonly Dictionary<string, int> sessionsOfPair = [];
    private readonly Channel<Action> inbox = Channel.CreateBounded<Action>(InboxMax);
    private LightConnection? board;
    private RunningSession? running;
    private RunningSession? finishing; // ended, its last tags wait for a block
    private long clockPs; // published
    private long commandedPs; // emission and switch moves lead here; published next
    private long settledPs = long.MinValue / 2;
    private long alignedPs;
    private bool announceClock;

    public Laboratory(WorldConfiguration configuration, Action<string> log)
    {
        this.configuration = configuration;
        this.log = log;
        seed = configuration.Seed is { } number ? PhysicsSeed.FromNumber(number) : PhysicsSeed.FromOperatingSystem();
        output = new TagOutput(
            () => inbox.Writer.TryWrite(() => { }), // if the inbox is full, the loop is awake anyway
            ct => PostAsync(() => announceClock = true, ct),
            Log);
        opticalSwitch = new SwitchState(configuration);
        users = [.. configuration.Users.Select(user => new LabUser(
            user, new UserDrift(user.Drift ?? new DriftSettings(), seed.Generator($"drift of {user.Name}"))))];
    }

    public IReadOnlyList<LabUser> Users => users;

    public TagOutput Output => output;

    public void Log(string line) => log(line);

    /// <summary>Has an action run on the loop; after the end of the loop, not any more.</summary>
    public async ValueTask PostAsync(Action action, CancellationToken ct)
    {
        if (await inbox.Writer.WaitToWriteAsync(ct).ConfigureAwait(false) && !inbox.Writer.TryWrite(action))
        {
            await PostAsync(action, ct).ConfigureAwait(false); // another connection took the place
        }
    }

    /// <summary>Has a question answered on the loop.</summary>
    public async Task<T> AskAsync<T>(Func<T> question, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(() => answer.SetResult(question()), ct).ConfigureAwait(false);
        return await answer.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Runs the laboratory until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await inbox.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
            {
                do
                {
                    while (inbox.Reader.TryRead(out Action? action))
                    {
                        action();
                    }
                }
                while (!ct.IsCancellationRequested && TryWork());
            }
        }
        finally
        {
            inbox.Writer.Complete();
            Array.ForEach(users, user => user.Armed?.Dispose());
        }
    }

    /// <summary>Why the device cannot emit such light at all, or null. Any thread.</summary>
    public string? RefusalOf(SessionLight light) =>
        light.Timing == configuration.Timing ? null : "the slot raster is not the one of this laboratory";

    public void Attach(LabUser user, EncoderConnection connection)
    {
        EncoderConnection? previous = user.Connection;
        Drop(user, "another connection took over the encoder");
        user.Connection = connection;
        previous?.Close();
        connection.Send(new AlignedReply(new AlignmentReport(user.Drift.Setting, commandedPs)));
    }

    public void Detach(LabUser user, EncoderConnection connection)
    {
        if (user.Connection == connection)
        {
            user.Connection = null;
            Drop(user, $"the encoder of {user.Settings.Name} lost its node");
        }
    }

    public void Arm(LabUser user, EncoderConnection connection, SessionId session, ArmedSession? armed, string? refusal)
    {
        if (user.Connection != connection)
        {
            armed?.Dispose();
            return;
        }

        Drop(user, "another session was armed");
        if (armed is not null && armed.Light.StartPs < commandedPs)
        {
            refusal = $"startPs = {armed.Light.StartPs} is in the past: the tagger clock is at {commandedPs}";
            armed.Dispose();
            armed = null;
        }

        user.Armed = armed;
        connection.Send(refusal is null ? new ArmedReply(session) : new RefusedReply(session, refusal));
    }

    public static void Emit(LabUser user, EncoderConnection connection, SessionId session, long untilSlot)
    {
        if (user.Connection == connection && user.Armed?.Light.Session == session)
        {
            user.Armed.Allow(untilSlot);
        }
    }

    /// <summary>Moves a user's actuators; light that is simulated from now on has the new settings.</summary>
    public void Align(LabUser user, EncoderConnection connection, LightAlignment setting)
    {
        if (user.Connection == connection)
        {
            user.Drift.Setting = setting;
            long reachedPs = running is null
                ? commandedPs
                : running.Light.StartPs + (running.ReachedSlot * configuration.Timing.SlotPeriodPs);
            connection.Send(new AlignedReply(new AlignmentReport(setting, reachedPs)));
        }
    }

    public void Stop(LabUser user, EncoderConnection connection, SessionId session)
    {
        if (user.Connection == connection && user.Armed?.Light.Session == session)
        {
            Drop(user, $"stopped by {user.Settings.Name}");
        }
    }

    public string ConnectionState() => opticalSwitch.Report();

    /// <summary>A switch move; any move ends the running session.</summary>
    public bool Move(IReadOnlyList<(int From, int To)> connections)
    {
        if (!opticalSwitch.Accepts(connections))
        {
            return false;
        }

        End("the optical switch moved");
        opticalSwitch.Set(connections);
        Settle();
        return true;
    }

    /// <summary>A board begins to move the light; what another one let through is dark.</summary>
    public void AttachLight(LightConnection connection)
    {
        Darken();
        board = connection;
    }

    /// <summary>The board's switch lets light through, or stops it: any change ends the running session.</summary>
    public void Illuminate(LightConnection connection, int port1, int port2)
    {
        if (connection != board)
        {
            return;
        }

        Darken();
        List<(int From, int To)> lit = [];
        foreach ((int port, int input) in new[] { (port1, configuration.Input1Port), (port2, configuration.Input2Port) })
        {
            if (port > 0)
            {
                lit.Add((port, input));
            }
        }

        if (lit.Count == 0)
        {
            return;
        }

        if (!opticalSwitch.Accepts(lit))
        {
            Log($"light: no user is on port {port1} or {port2}, or one is on both inputs: dark");
            return;
        }

        opticalSwitch.Set(lit);
        Settle();
    }

    private void Darken()
    {
        End("the optical switch blocked the light");
        opticalSwitch.Set([]);
    }

    // The board lives in real time, during which simulated time stands still; a move takes what the configuration says.
    private void Settle()
    {
        commandedPs += configuration.Switch.SettlingTimeMs * PsPerMs;
        settledPs = commandedPs;
        alignedPs = commandedPs + (configuration.Switch.RelockTimeMs * PsPerMs);
    }

    // One piece of work that fills a block; false if there is nothing to do or no block free.
    private bool TryWork()
    {
        if (running is null && finishing is null)
        {
            TryStart();
        }

        long waitUntilPs = running is not null && running.ReachedSlot == 0 ? running.Light.StartPs : commandedPs;
        bool wait = finishing is null && clockPs < waitUntilPs;
        bool step = !wait && running is not null && running.ReachedSlot < running.UntilSlot;
        if ((finishing is null && !wait && !step && !announceClock) || !output.TryTake(out TimeTagBlock? block))
        {
            return false;
        }

        announceClock = false;
        if (finishing is not null)
        {
            finishing.Finish(block!);
            finishing = null;
        }
        else if (wait)
        {
            Idle(Math.Min(waitUntilPs, clockPs + (configuration.ChunkMs * PsPerMs)), block!);
        }
        else if (step)
        {
            StepSession(block!);
        }
        else
        {
            block!.Clear();
            block.WatermarkPs = clockPs;
        }

        clockPs = block!.WatermarkPs;
        commandedPs = Math.Max(commandedPs, clockPs);
        output.Publish(block);
        return true;
    }

    private void TryStart()
    {
        LabUser? a = Array.Find(users, user => user.Settings.Port == opticalSwitch.UserPort(1));
        LabUser? b = Array.Find(users, user => user.Settings.Port == opticalSwitch.UserPort(2));
        if (a?.Armed is not { UntilSlot: > 0 } armedA || b?.Armed is not { UntilSlot: > 0 } armedB)
        {
            return;
        }

        string? fault = ArmedSession.Mismatch(armedA.Light, armedB.Light)
            ?? (armedA.Light.StartPs < commandedPs
                ? $"startPs = {armedA.Light.StartPs} is in the past: the tagger clock is at {commandedPs}"
                : null);
        if (fault is not null)
        {
            a.Report(0, true, fault);
            b.Report(0, true, fault);
            return;
        }

        // The number of the session among those of the pair, not its random id, so that a seeded run repeats.
        string pair = $"{a.Settings.Name} {b.Settings.Name}";
        int number = sessionsOfPair[pair] = sessionsOfPair.GetValueOrDefault(pair) + 1;
        running = new RunningSession(configuration, a, b, settledPs, alignedPs, seed.Derive($"session {number} of {pair}"));
        Log($"session {running.Light.Session} of {pair}: {running.Light.Slots} slots from {running.Light.StartPs} ps");
    }

    private void StepSession(TimeTagBlock block)
    {
        RunningSession session = running!;
        session.Step(configuration.ChunkMs * PsPerMs / configuration.Timing.SlotPeriodPs, TagsPerBlock, block);
        if (session.ReachedSlot == session.Light.Slots)
        {
            End("");
        }
        else
        {
            session.A.Report(session.ReachedSlot, false, "");
            session.B.Report(session.ReachedSlot, false, "");
        }
    }

    // Time without light: nothing but dark counts, and these in fidelity singles only.
    private void Idle(long untilPs, TimeTagBlock block)
    {
        if (configuration.Fidelity == Fidelity.Singles)
        {
            new DetectorPair(configuration.Station, seed.Derive($"dark {clockPs}"), clockPs).MoveAllTo(block, untilPs);
        }
        else
        {
            block.Clear();
            block.WatermarkPs = untilPs;
        }
    }

    // Whatever a user had armed ends; if it was running, for both.
    private void Drop(LabUser user, string reason)
    {
        if (running is not null && (running.A == user || running.B == user))
        {
            End(reason);
        }

        user.Report(0, true, reason);
    }

    private void End(string reason)
    {
        if (running is null)
        {
            return;
        }

        running.A.Report(running.ReachedSlot, true, reason);
        running.B.Report(running.ReachedSlot, true, reason);
        Log($"session {running.Light.Session}: {running.ReachedSlot} slots emitted{(reason.Length > 0 ? ": " : "")}{reason}");
        if (running.ReachedSlot > 0)
        {
            finishing = running;
            commandedPs = running.Light.StartPs + (running.ReachedSlot * configuration.Timing.SlotPeriodPs);
        }

        running = null;
    }
}
