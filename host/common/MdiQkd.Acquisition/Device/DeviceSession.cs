using System.Security.Cryptography;
using System.Threading.Channels;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// A session with a switch and time-tag board (shared/protocol/WIRE.md): requests with time-out and repetition, heartbeats, tag
/// blocks with credit, and reconnection with back-off when the link is lost. All members may be called from any thread.
/// </summary>
/// <remarks>
/// Design: one thread waits for bytes and runs the <see cref="DeviceConversation"/>; callers send from their own thread, under the
/// same lock. Nothing on the way of a tag block allocates. Trade-offs: time-outs are looked at every <see cref="WaitMs"/> ms, which is
/// less than any of them by far. Opening a session takes the board from any other host: its light goes off and its capture ends.
/// A board whose host is gone goes dark by itself, so the end of a session is not announced.
/// </remarks>
public sealed class DeviceSession : IAsyncDisposable
{
    private const int WaitMs = 10;

    // What nobody reads must not grow; the oldest goes.
    private const int EventsMax = 256;

    private readonly Func<IDeviceLink> connect;
    private readonly DeviceSessionSettings settings;
    private readonly TimeProvider time;
    private readonly long start;
    private readonly Lock gate = new();
    private readonly DeviceConversation conversation;
    private readonly ManualResetEventSlim stopping = new();
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<DeviceEvent> events = Channel.CreateBounded<DeviceEvent>(
        new BoundedChannelOptions(EventsMax) { FullMode = BoundedChannelFullMode.DropOldest });

    private int lastCaptureId = RandomNumberGenerator.GetInt32(ushort.MaxValue);
    private DeviceInformation? information;

    private DeviceSession(string address, Func<IDeviceLink> connect, DeviceSessionSettings settings, TimeProvider time)
    {
        Address = address;
        this.connect = connect;
        this.settings = settings;
        this.time = time;
        start = time.GetTimestamp();
        conversation = new DeviceConversation(address, settings, NewSessionId, told => events.Writer.TryWrite(told));
    }

    /// <summary>Where the board is.</summary>
    public string Address { get; }

    /// <summary>What the board is, as it said when the session was opened, or opened again after a restart.</summary>
    public DeviceInformation Information
    {
        get
        {
            lock (gate)
            {
                information = conversation.Greeting is { } greeting ? DeviceInformation.From(Address, greeting) : information;
                return information!;
            }
        }
    }

    /// <summary>Whether the board can be reached now.</summary>
    public bool IsOpen
    {
        get
        {
            lock (gate)
            {
                return conversation.IsOpen;
            }
        }
    }

    /// <summary>Answer to the last heartbeat, or null before the first. Not to be changed.</summary>
    public DeviceStatus? Status
    {
        get
        {
            lock (gate)
            {
                return conversation.Status;
            }
        }
    }

    /// <summary>Grows whenever the switch may have left the position that it was told last: it moved unasked, link or session were lost.</summary>
    public int SwitchAlarms
    {
        get
        {
            lock (gate)
            {
                return conversation.SwitchAlarms;
            }
        }
    }

    /// <summary>What went over the link and what was wrong with it.</summary>
    public LinkCounters Counters
    {
        get
        {
            lock (gate)
            {
                return conversation.Counters;
            }
        }
    }

    /// <summary>What happens without being asked for; the newest 256 are kept. Ends with the session.</summary>
    public ChannelReader<DeviceEvent> Events => events.Reader;

    /// <summary>Opens a session. The board ends what ran for another host: dark, no capture.</summary>
    /// <param name="address">Where the board is.</param>
    /// <param name="settings">Times and sizes; null for the defaults.</param>
    /// <param name="ct">Cancels the attempt.</param>
    /// <exception cref="DeviceException">The board cannot be reached or does not answer; the message says what to look at.</exception>
    /// <exception cref="ArgumentException">The settings have a fault.</exception>
    public static Task<DeviceSession> OpenAsync(
        DeviceAddress address, DeviceSessionSettings? settings = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        settings ??= new DeviceSessionSettings();
        TimeSpan timeout = TimeSpan.FromMilliseconds(settings.ConnectTimeoutMs);
        return OpenAsync(address.ToString(), () => address.Open(timeout), settings, TimeProvider.System, ct);
    }

    /// <summary>Opens a session over links that the caller makes; each is disposed when it has failed or the session ends.</summary>
    public static async Task<DeviceSession> OpenAsync(
        string address, Func<IDeviceLink> connect, DeviceSessionSettings settings, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        DeviceSession session = new(address, connect, settings, time);
        new Thread(session.Run) { IsBackground = true, Name = $"device {address}" }.Start();
        try
        {
            await session.opened.Task.WaitAsync(ct).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects a user to each measurement input; completes when the move is verified.</summary>
    /// <param name="userOnInput1">From 1.</param>
    /// <param name="userOnInput2">From 1.</param>
    /// <param name="ct">Gives up waiting; the switch may still move.</param>
    /// <exception cref="DeviceException">Refused, or the switch did not do as told; it is dark then.</exception>
    public Task<SwitchStatus> ConnectSwitchAsync(int userOnInput1, int userOnInput2, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)userOnInput1, byte.MaxValue, nameof(userOnInput1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)userOnInput2, byte.MaxValue, nameof(userOnInput2));
        SwitchConnectRequest request = new();
        request.SetPair(userOnInput1, userOnInput2);
        return AskAsync(MessageType.SwitchConnectRequest, request, new SwitchStatus(), settings.SwitchTimeoutMs, ct);
    }

    /// <summary>Blocks all light; completes when dark is verified.</summary>
    /// <exception cref="DeviceException">Dark could not be verified.</exception>
    public Task<SwitchStatus> DarkAsync(CancellationToken ct) =>
        AskAsync(MessageType.SwitchDarkRequest, null, new SwitchStatus(), settings.SwitchTimeoutMs, ct);

    /// <summary>Asks where the switch is.</summary>
    public Task<SwitchStatus> SwitchStatusAsync(CancellationToken ct) =>
        AskAsync(MessageType.SwitchStatusRequest, null, new SwitchStatus(), settings.ReplyTimeoutMs, ct);

    /// <summary>Asks for counters and measured values.</summary>
    public Task<HealthReply> HealthAsync(CancellationToken ct) =>
        AskAsync(MessageType.HealthRequest, null, new HealthReply(), settings.ReplyTimeoutMs, ct);

    /// <summary>Runs the self-test.</summary>
    public Task<SelfTestReply> SelfTestAsync(CancellationToken ct) =>
        AskAsync(MessageType.SelfTestRequest, null, new SelfTestReply(), settings.SelfTestTimeoutMs, ct);

    /// <summary>Asks for the fault table.</summary>
    public Task<FaultsReply> FaultsAsync(CancellationToken ct) =>
        AskAsync(MessageType.FaultsRequest, null, new FaultsReply(), settings.ReplyTimeoutMs, ct);

    /// <summary>Acknowledges all faults, so that the switch may move again.</summary>
    public Task<FaultsReply> ClearFaultsAsync(CancellationToken ct) =>
        AskAsync(MessageType.ClearFaultsRequest, null, new FaultsReply(), settings.ReplyTimeoutMs, ct);

    /// <summary>Asks for a configuration value and its range.</summary>
    public Task<ConfigurationReply> ConfigurationAsync(ConfigurationKey key, CancellationToken ct) => AskAsync(
        MessageType.ConfigurationRequest, new ConfigurationRequest { Key = key }, new ConfigurationReply(), settings.ReplyTimeoutMs, ct);

    /// <summary>Sets a configuration value; it lasts until the board restarts.</summary>
    public Task<ConfigurationReply> ConfigureAsync(ConfigurationKey key, int value, CancellationToken ct) => AskAsync(
        MessageType.ConfigureRequest, new ConfigureRequest { Key = key, Value = value }, new ConfigurationReply(),
        settings.ReplyTimeoutMs, ct);

    /// <summary>Starts a capture; it ends with the source.</summary>
    /// <exception cref="DeviceException">Refused, or the tagger does not work.</exception>
    public async Task<BoardTagSource> StartCaptureAsync(CancellationToken ct)
    {
        DeviceInformation board = Information;
        if (!board.HasTagger)
        {
            throw new DeviceException(DeviceFailure.Refused, $"{Address}: the board '{board.Name}' has no time tagger");
        }

        TagBlockQueue queue = new(settings.BlockBuffers);
        CaptureReception reception = new((Interlocked.Increment(ref lastCaptureId) % ushort.MaxValue) + 1, queue);
        lock (gate)
        {
            conversation.BeginCapture(reception);
        }

        try
        {
            CaptureStartRequest request = new() { CaptureId = reception.CaptureId, CreditLimit = reception.FirstCredit };
            await AskAsync(MessageType.CaptureStartRequest, request, new CaptureStatus(), settings.ReplyTimeoutMs, ct)
                .ConfigureAwait(false);
        }
        catch
        {
            EndCapture(reception);
            throw;
        }

        return new BoardTagSource(this, queue, reception, new TickScale(board.TickFsNumerator, board.TickDenominator));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        stopping.Set();
        await ended.Task.ConfigureAwait(false);
    }

    /// <summary>Ends a capture; what was captured still comes.</summary>
    internal Task<CaptureStatus> StopCaptureAsync(CaptureReception reception, CancellationToken ct)
    {
        reception.Stop();
        return AskAsync(MessageType.CaptureStopRequest, null, new CaptureStatus(), settings.ReplyTimeoutMs, ct);
    }

    /// <summary>Takes no block of a capture any more.</summary>
    internal void EndCapture(CaptureReception reception)
    {
        lock (gate)
        {
            conversation.EndCapture(reception);
        }
    }

    /// <summary>Tells the board of buffers that have become free.</summary>
    internal void Replenish()
    {
        lock (gate)
        {
            try
            {
                conversation.Replenish(NowMs());
            }
            catch (IOException)
            {
                // The thread that reads finds the same and opens the link again.
            }
        }
    }

    private static uint NewSessionId() => (uint)RandomNumberGenerator.GetInt32(int.MaxValue) + 1;

    private long NowMs() => (long)time.GetElapsedTime(start).TotalMilliseconds;

    private async Task<TReply> AskAsync<TReply>(
        MessageType type, IWireMessage? payload, TReply reply, int timeoutMs, CancellationToken ct)
        where TReply : IWireMessage
    {
        DeviceRequest request = new(type, payload, reply, timeoutMs);
        ObjectDisposedException.ThrowIf(stopping.IsSet, this);
        lock (gate)
        {
            try
            {
                conversation.Post(request, NowMs());
            }
            catch (IOException)
            {
                // The thread that reads finds the same, opens the link again and sends the request then.
            }
        }

        try
        {
            await request.Done.WaitAsync(ct).ConfigureAwait(false);
            return reply;
        }
        catch (OperationCanceledException)
        {
            request.IsWithdrawn = true;
            throw;
        }
    }

    private void Run()
    {
        int backOffMs = settings.ReconnectMsMin;
        try
        {
            while (!stopping.IsSet)
            {
                string reason = Serve(ref backOffMs);
                if (stopping.IsSet)
                {
                    return;
                }

                lock (gate)
                {
                    conversation.Detach(reason);
                    if (!opened.Task.IsCompleted)
                    {
                        opened.TrySetException(
                            conversation.OpenFailure ?? new DeviceException(DeviceFailure.LinkLost, $"{Address}: {reason}"));
                        return;
                    }
                }

                PauseBeforeReconnect(backOffMs);
                backOffMs = Math.Min(2 * backOffMs, settings.ReconnectMsMax);
            }
        }
        finally
        {
            lock (gate)
            {
                conversation.Close();
            }

            opened.TrySetCanceled();
            events.Writer.TryComplete();
            ended.TrySetResult();
        }
    }

    /// <summary>Opens a link and serves it until it is of no use any more; yields why.</summary>
    private string Serve(ref int backOffMs)
    {
        try
        {
            using IDeviceLink link = connect();
            lock (gate)
            {
                conversation.Attach(link, NowMs());
            }

            while (!stopping.IsSet)
            {
                lock (gate)
                {
                    if (!conversation.Poll(NowMs()))
                    {
                        return conversation.OpenFailure?.Message ?? "no answer";
                    }

                    if (conversation.IsOpen)
                    {
                        backOffMs = settings.ReconnectMsMin;
                        opened.TrySetResult();
                    }
                }

                link.Wait(WaitMs);
            }

            return "closed";
        }
        catch (DeviceException e)
        {
            opened.TrySetException(e);
            return e.Message;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private void PauseBeforeReconnect(int pauseMs)
    {
        long until = NowMs() + pauseMs;
        while (NowMs() < until && !stopping.Wait(WaitMs))
        {
            lock (gate)
            {
                conversation.Poll(NowMs());
            }
        }
    }
}
