using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// The host's end of the device protocol (WIRE.md, section 2) as a state machine over a link and a clock: one request open at a time,
/// repeated with the same id until its reply comes, heartbeats, credit, unasked messages. Its owner calls it under one lock.
/// </summary>
/// <remarks>
/// Design: after a link came back the open request, or else a heartbeat, goes out first and not a hello: the board then answers from
/// memory what it has carried out already, and a board that has restarted says <i>no session</i>. Trade-off: a board that
/// served another host in between is not told from one that did not; the switch is dark then, and its status says so.
/// </remarks>
internal sealed class DeviceConversation
{
    // A board that floods its link must not keep callers from the lock for long: 64 blocks take about 1 ms.
    private const int FramesPerRound = 64;
    private const int ReplyOffset = MessageType.HelloReply - MessageType.HelloRequest;
    private const int HostTimeoutMsDefault = 1000;

    private readonly DeviceSessionSettings settings;
    private readonly DeviceText text;
    private readonly Func<uint> newSessionId;
    private readonly Action<DeviceEvent> report;
    private readonly IncomingFrames incoming = new();
    private readonly OutgoingFrames outgoing = new();
    private readonly Queue<DeviceRequest> waiting = new();
    private readonly TagBlock block = new();
    private readonly FaultRecord faultRecord = new();
    private readonly SwitchStatus switchStatus = new();
    private readonly RefusedReply refused = new();
    private readonly CreditGrant noCredit = new();
    private readonly HelloRequest hello = new();
    private IDeviceLink? link;
    private DeviceRequest? open;
    private CaptureReception? capture;
    private int lastId;
    private int heartbeatMs = HostTimeoutMsDefault / 4;
    private long heartbeatNextMs;
    private long lastSentMs;
    private long discardedAtOpen;
    private bool isLinkLossTold;
    private long repetitions;
    private long strayReplies;
    private long reconnects;
    private long blocksBefore;
    private long blocksLostBefore;

    /// <param name="address">Where the board is, for messages.</param>
    /// <param name="settings">Times and sizes, without fault.</param>
    /// <param name="newSessionId">Draws a session id that is not 0.</param>
    /// <param name="report">Takes what happened unasked; called under the owner's lock.</param>
    public DeviceConversation(
        string address, DeviceSessionSettings settings, Func<uint> newSessionId, Action<DeviceEvent> report)
    {
        this.settings = settings;
        this.newSessionId = newSessionId;
        this.report = report;
        text = new DeviceText(address);
        hello.SessionId = newSessionId();
    }

    /// <summary>What the board is, once it has said so; never null after the session was opened.</summary>
    public HelloReply? Greeting { get; private set; }

    /// <summary>Answer to the last heartbeat, or null.</summary>
    public DeviceStatus? Status { get; private set; }

    /// <summary>Whether requests can be sent now.</summary>
    public bool IsOpen => link is not null && Greeting is not null;

    /// <summary>Why the last attempt to open a session failed, or null.</summary>
    public DeviceException? OpenFailure { get; private set; }

    /// <summary>Grows whenever the switch may have left the position that it was told last.</summary>
    public int SwitchAlarms { get; private set; }

    /// <summary>Whether the board may be told of more credit.</summary>
    public bool IsGrantDue => capture is { IsGrantDue: true };

    /// <summary>Counters now.</summary>
    public LinkCounters Counters => new(
        incoming.Received, incoming.Rejected, incoming.Missed, incoming.DiscardedBytes, repetitions, strayReplies, reconnects,
        blocksBefore + (capture?.BlocksReceived ?? 0), blocksLostBefore + (capture?.BlocksLost ?? 0));

    /// <summary>Takes a link that was opened and greets the board, or goes on where the last link ended.</summary>
    public void Attach(IDeviceLink newLink, long nowMs)
    {
        link = newLink;
        incoming.Reset(nowMs);
        outgoing.Clear();
        OpenFailure = null;
        discardedAtOpen = incoming.DiscardedBytes;
        heartbeatNextMs = nowMs;
        reconnects += isLinkLossTold ? 1 : 0;
        if (Greeting is null)
        {
            Greet(nowMs);
        }
        else if (open is not null)
        {
            open.Attempts = 0;
            Send(open, nowMs);
        }
    }

    /// <summary>The link is gone: the capture is over, requests wait for the next link.</summary>
    public void Detach(string reason)
    {
        link = null;
        outgoing.Clear();
        EndCapture(TimeTagError.LinkLost);
        if (open is not null && (open.Type == MessageType.HeartbeatRequest || open.Type == MessageType.HelloRequest))
        {
            open = null;
        }

        if (Greeting is not null && !isLinkLossTold)
        {
            isLinkLossTold = true;
            SwitchAlarms++;
            Report(DeviceEventKind.LinkLost, FaultCode.LinkLost, text.LinkLost(reason));
        }
    }

    /// <summary>Sends a request, now or when its turn comes.</summary>
    /// <exception cref="IOException">The link has failed.</exception>
    public void Post(DeviceRequest request, long nowMs)
    {
        request.DeadlineMs = nowMs + ((long)request.TimeoutMs * (1 + settings.Repetitions));
        waiting.Enqueue(request);
        BeginNext(nowMs);
        Flush();
    }

    /// <summary>Takes blocks of a capture from now on; the request that starts it is still to be posted.</summary>
    public void BeginCapture(CaptureReception reception)
    {
        EndCapture(TimeTagError.LinkLost);
        capture = reception;
    }

    /// <summary>Takes no blocks of a capture any more, if it is still that one.</summary>
    public void EndCapture(CaptureReception reception)
    {
        reception.End(TimeTagError.LinkLost);
        if (capture == reception)
        {
            EndCapture(TimeTagError.LinkLost);
        }
    }

    /// <summary>Tells the board of more credit, if it is worth a frame.</summary>
    /// <exception cref="IOException">The link has failed.</exception>
    public void Replenish(long nowMs)
    {
        // Limits are absolute: while bytes wait, a later grant says more.
        if (IsOpen && !outgoing.HasBacklog && IsGrantDue)
        {
            Send(MessageType.CreditGrant, 0, capture!.Grant(), nowMs);
            Flush();
        }
    }

    /// <summary>One round: takes what has arrived, sends what is due.</summary>
    /// <returns>False if the link is of no use any more.</returns>
    /// <exception cref="IOException">The link has failed.</exception>
    public bool Poll(long nowMs)
    {
        if (link is null)
        {
            FailOverdue(nowMs);
            return true;
        }

        for (int i = 0; i < FramesPerRound; i++)
        {
            WireError found = incoming.Next(link, nowMs);
            if (found == WireError.Incomplete)
            {
                break;
            }

            if (found == WireError.None)
            {
                Take(nowMs);
            }
            else if (Greeting is null)
            {
                OpenFailure = text.WrongVersion(incoming.Header.Version);
            }
        }

        bool isAlive = OpenFailure is null && Tick(nowMs);
        if (isAlive)
        {
            BeginNext(nowMs);
            Replenish(nowMs);
            Flush();
        }

        return isAlive;
    }

    /// <summary>Ends everything.</summary>
    public void Close()
    {
        link = null;
        EndCapture(TimeTagError.LinkLost);
        FailAll(text.Closed());
    }

    /// <summary>Takes no blocks any more.</summary>
    private void EndCapture(TimeTagError reason)
    {
        if (capture is not null)
        {
            blocksBefore += capture.BlocksReceived;
            blocksLostBefore += capture.BlocksLost;
            capture.End(reason);
            capture = null;
        }
    }

    private void Take(long nowMs)
    {
        switch (incoming.Header.Type)
        {
            case MessageType.TagBlock:
                TakeBlock();
                break;
            case MessageType.FaultEvent:
                if (incoming.TryDecode(faultRecord))
                {
                    report(text.FaultEvent(faultRecord));
                }

                break;
            case MessageType.SwitchEvent:
                if (incoming.TryDecode(switchStatus))
                {
                    SwitchAlarms++;
                    Report(DeviceEventKind.SwitchMoved, switchStatus.Fault, text.SwitchMoved(switchStatus));
                }

                break;
            default:
                TakeReply(nowMs);
                break;
        }
    }

    private void TakeBlock()
    {
        if (!incoming.TryDecode(block))
        {
            capture?.Refuse();
        }
        else
        {
            capture?.Take(block, incoming.Payload);
        }
    }

    private void TakeReply(long nowMs)
    {
        MessageType type = incoming.Header.Type;
        bool isRefused = type == MessageType.RefusedReply && incoming.TryDecode(refused) && open is not null
            && refused.RequestType == (byte)open.Type;
        if (open is null || open.Id != incoming.Header.RequestId || (!isRefused && (int)type != (int)open.Type + ReplyOffset))
        {
            strayReplies++;
            return;
        }

        DeviceRequest request = open;
        if (isRefused)
        {
            TakeRefusal(request, nowMs);
        }
        else if (!incoming.TryDecode(request.Reply))
        {
            open = null;
            request.Fail(text.BadReply(request.Type));
        }
        else
        {
            open = null;
            Complete(request, nowMs);
        }
    }

    private void TakeRefusal(DeviceRequest request, long nowMs)
    {
        open = null;
        if (request.Type == MessageType.HelloRequest)
        {
            OpenFailure = text.Refused(request.Type, refused);
        }
        else if (refused.Reason == RefusalReason.NoSession)
        {
            request.Fail(text.SessionLost());
            LoseSession(nowMs);
        }
        else
        {
            request.Fail(text.Refused(request.Type, refused));
        }
    }

    private void Complete(DeviceRequest request, long nowMs)
    {
        if (isLinkLossTold)
        {
            isLinkLossTold = false;
            Report(DeviceEventKind.LinkRestored, FaultCode.None, text.LinkRestored());
        }

        switch (request.Reply)
        {
            case HelloReply reply when reply.SessionId == hello.SessionId:
                Greeting = reply;
                BeginFirst(
                    new DeviceRequest(
                        MessageType.ConfigurationRequest, new ConfigurationRequest { Key = ConfigurationKey.HostTimeoutMs },
                        new ConfigurationReply(), settings.ReplyTimeoutMs),
                    nowMs);
                break;
            case HelloReply:
                OpenFailure = text.BadReply(request.Type);
                return;
            case DeviceStatus status:
                Status = status;
                capture?.Look(status);
                break;
            case ConfigurationReply { Key: ConfigurationKey.HostTimeoutMs } timeout:
                heartbeatMs = Math.Max(10, timeout.Value / 4);
                heartbeatNextMs = Math.Min(heartbeatNextMs, nowMs + heartbeatMs);
                break;
            default:
                break;
        }

        request.Complete();
    }

    private void LoseSession(long nowMs)
    {
        SwitchAlarms++;
        EndCapture(TimeTagError.LinkLost);
        Report(DeviceEventKind.SessionLost, FaultCode.None, text.SessionLost().Message);
        Greeting = null;
        hello.SessionId = newSessionId();
        Greet(nowMs);
    }

    private void Greet(long nowMs)
    {
        if (open is not null)
        {
            // It belonged to a session that is over.
            open.Fail(text.SessionLost());
            open = null;
        }

        heartbeatMs = HostTimeoutMsDefault / 4;
        BeginFirst(new DeviceRequest(MessageType.HelloRequest, hello, new HelloReply(), settings.ReplyTimeoutMs), nowMs);
    }

    /// <summary>Begins a request before all that wait.</summary>
    private void BeginFirst(DeviceRequest request, long nowMs)
    {
        lastId = lastId == ushort.MaxValue ? 1 : lastId + 1;
        request.Id = lastId;
        open = request;
        Send(request, nowMs);
    }

    private void BeginNext(long nowMs)
    {
        while (IsOpen && open is null)
        {
            if (waiting.TryDequeue(out DeviceRequest? request))
            {
                if (!request.IsWithdrawn)
                {
                    BeginFirst(request, nowMs);
                }
            }
            else if (nowMs >= heartbeatNextMs)
            {
                heartbeatNextMs = nowMs + heartbeatMs;
                BeginFirst(
                    new DeviceRequest(
                        MessageType.HeartbeatRequest, capture?.Grant() ?? noCredit, new DeviceStatus(), settings.ReplyTimeoutMs),
                    nowMs);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Repeats or gives up the open request, and keeps the board from thinking that the host is gone.</summary>
    private bool Tick(long nowMs)
    {
        if (open is null)
        {
            return true;
        }

        if (nowMs >= open.DueMs)
        {
            if (open.Attempts > settings.Repetitions)
            {
                GiveUp();
                return false;
            }

            repetitions++;
            Send(open, nowMs);
        }
        else if (Greeting is not null && nowMs - lastSentMs >= heartbeatMs)
        {
            Send(MessageType.CreditGrant, 0, capture?.Grant() ?? noCredit, nowMs);
        }

        return true;
    }

    private void GiveUp()
    {
        DeviceRequest request = open!;
        open = null;
        DeviceException reason = text.NoReply(request, incoming.DiscardedBytes - discardedAtOpen);
        OpenFailure = Greeting is null ? reason : null;
        request.Fail(reason);
    }

    private void FailOverdue(long nowMs)
    {
        if (open is not null && nowMs >= open.DeadlineMs)
        {
            open.Fail(text.NoLink());
            open = null;
        }

        while (waiting.TryPeek(out DeviceRequest? first) && (first.IsWithdrawn || nowMs >= first.DeadlineMs))
        {
            waiting.Dequeue().Fail(text.NoLink());
        }
    }

    private void FailAll(DeviceException reason)
    {
        open?.Fail(reason);
        open = null;
        while (waiting.TryDequeue(out DeviceRequest? request))
        {
            request.Fail(reason);
        }
    }

    private void Send(DeviceRequest request, long nowMs)
    {
        request.Attempts++;
        request.DueMs = nowMs + request.TimeoutMs;
        Send(request.Type, request.Id, request.Payload, nowMs);
    }

    private void Send(MessageType type, int requestId, IWireMessage? message, long nowMs)
    {
        outgoing.Add(type, requestId, message);
        lastSentMs = nowMs;
    }

    private void Flush()
    {
        if (link is not null)
        {
            outgoing.Flush(link);
        }
    }

    private void Report(DeviceEventKind kind, FaultCode fault, string message) => report(new DeviceEvent(kind, fault, 0, 0, message));
}
