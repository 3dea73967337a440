using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>Carries out the host's requests, each once; shared/protocol/WIRE.md, sections 2 to 8.</summary>
public sealed class RequestHandler
{
    private readonly BoardParts parts;
    private readonly FaultLog faults;
    private readonly SwitchController controller;
    private readonly TagCapture capture;
    private readonly DeviceConfiguration configuration;
    private readonly SelfTest selfTest;
    private readonly StatusMessages status;
    private readonly ReplyMemory memory;
    private readonly HelloRequest hello = new HelloRequest();
    private readonly ConfigureRequest configure = new ConfigureRequest();
    private readonly ConfigurationRequest configurationRequest = new ConfigurationRequest();
    private readonly ConfigurationReply configurationReply = new ConfigurationReply();
    private readonly SwitchConnectRequest connect = new SwitchConnectRequest();
    private readonly CaptureStartRequest captureStart = new CaptureStartRequest();
    private readonly CreditGrant credit = new CreditGrant();
    private readonly RefusedReply refused = new RefusedReply();
    private readonly int[] ports = new int[WireProtocol.SwitchInputs];
    private readonly byte[] users = new byte[WireProtocol.SwitchInputs];
    private uint sessionId;
    private OpenRequest open;

    /// <summary>Takes what requests act on.</summary>
    public RequestHandler(
        BoardParts parts, TagCapture capture, DeviceConfiguration configuration, SelfTest selfTest, StatusMessages status,
        ReplyMemory memory)
    {
        this.parts = parts;
        this.capture = capture;
        this.configuration = configuration;
        this.selfTest = selfTest;
        this.status = status;
        this.memory = memory;
        faults = parts.Faults;
        controller = parts.Switch;
    }

    /// <summary>Whether a host has said hello.</summary>
    public bool HasSession => sessionId != 0;

    /// <summary>Acts on a frame.</summary>
    public void Handle(FrameReader reader, long nowMs)
    {
        MessageType type = reader.Header.Type;
        int id = reader.Header.RequestId;
        if (type == MessageType.CreditGrant)
        {
            if (!TryDecode(credit, reader))
            {
                faults.Raise(FaultCode.BadRequest, (int)type);
            }
            else if (HasSession && capture != null)
            {
                capture.Grant(credit.CaptureId, credit.CreditLimit);
            }

            return;
        }

        bool isHello = type == MessageType.HelloRequest && TryDecode(hello, reader);
        if (isHello && hello.SessionId != sessionId)
        {
            BeginSession(nowMs);
        }

        if (memory.IsRepetition(id, (byte)type))
        {
            return;
        }

        memory.Open(id, (byte)type);
        open = OpenRequest.None;
        if (isHello)
        {
            memory.Reply(MessageType.HelloReply, status.Hello(sessionId));
        }
        else if (!HasSession && type != MessageType.HelloRequest)
        {
            Refuse(type, RefusalReason.NoSession, 0);
        }
        else
        {
            CarryOut(type, reader, nowMs);
        }
    }

    /// <summary>Answers a frame of another version.</summary>
    public void RefuseVersion(FrameReader reader)
    {
        open = OpenRequest.None;
        memory.Open(reader.Header.RequestId, (byte)reader.Header.Type);
        Refuse(reader.Header.Type, RefusalReason.WrongVersion, WireProtocol.Version);
    }

    /// <summary>Answers requests that have come to their end.</summary>
    public void Poll(long nowMs)
    {
        bool hasTested = selfTest.Poll(nowMs);
        if (open == OpenRequest.SelfTest && hasTested)
        {
            open = OpenRequest.None;
            memory.Reply(MessageType.SelfTestReply, selfTest.Result);
        }
        else if (open == OpenRequest.Connect)
        {
            Answer(
                MessageType.SwitchConnectRequest, controller.IsLightEnabled, controller.IsAtRestDark, nowMs);
        }
        else if (open == OpenRequest.Dark)
        {
            Answer(
                MessageType.SwitchDarkRequest, controller.State == SwitchState.Dark,
                controller.State == SwitchState.Faulted, nowMs);
        }
    }

    private static bool TryDecode(IWireMessage message, FrameReader reader) =>
        message.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount) == WireError.None;

    private void BeginSession(long nowMs)
    {
        // Whoever asks now did not start what runs: dark, and nothing captured.
        sessionId = hello.SessionId;
        memory.Clear();
        if (capture != null)
        {
            capture.Abort();
        }

        if (controller != null && !controller.IsAtRestDark)
        {
            controller.GoDark(nowMs);
        }
    }

    private void CarryOut(MessageType type, FrameReader reader, long nowMs)
    {
        switch (type)
        {
            case MessageType.ConfigureRequest:
                Configure(type, reader);
                break;
            case MessageType.ConfigurationRequest:
                DescribeConfiguration(type, reader);
                break;
            case MessageType.SwitchConnectRequest:
                Connect(type, reader, nowMs);
                break;
            case MessageType.CaptureStartRequest:
                StartCapture(type, reader, nowMs);
                break;
            case MessageType.HeartbeatRequest:
                Heartbeat(type, reader, nowMs);
                break;
            case MessageType.HelloRequest:
                Refuse(
                    type, reader.PayloadCount == HelloRequest.PayloadBytes ? RefusalReason.OutOfRange : RefusalReason.BadLength, 0);
                break;
            case MessageType.SwitchDarkRequest:
            case MessageType.SwitchStatusRequest:
            case MessageType.CaptureStopRequest:
            case MessageType.HealthRequest:
            case MessageType.SelfTestRequest:
            case MessageType.FaultsRequest:
            case MessageType.ClearFaultsRequest:
                if (reader.PayloadCount != 0)
                {
                    Refuse(type, RefusalReason.BadLength, reader.PayloadCount);
                }
                else
                {
                    CarryOutPlain(type, nowMs);
                }

                break;
            default:
                Refuse(type, RefusalReason.UnknownCommand, (int)type);
                break;
        }
    }

    private void CarryOutPlain(MessageType type, long nowMs)
    {
        switch (type)
        {
            case MessageType.SwitchDarkRequest:
                Dark(type, nowMs);
                break;
            case MessageType.SwitchStatusRequest:
                ReplySwitch(type, nowMs);
                break;
            case MessageType.CaptureStopRequest:
                StopCapture(type, nowMs);
                break;
            case MessageType.HealthRequest:
                memory.Reply(MessageType.HealthReply, status.Health(nowMs));
                break;
            case MessageType.SelfTestRequest:
                Test(type, nowMs);
                break;
            case MessageType.FaultsRequest:
                memory.Reply(MessageType.FaultsReply, faults.Table);
                break;
            default:
                faults.Clear();
                if (controller != null)
                {
                    controller.ClearFault(nowMs);
                }

                memory.Reply(MessageType.ClearFaultsReply, faults.Table);
                break;
        }
    }

    private void Configure(MessageType type, FrameReader reader)
    {
        if (!TryDecode(configure, reader))
        {
            Refuse(type, RefusalReason.BadLength, reader.PayloadCount);
        }
        else if ((DeviceConfiguration.IsOfSwitch(configure.Key) && controller != null && !controller.IsAtRestDark)
            || (DeviceConfiguration.IsOfTagger(configure.Key) && capture != null && !capture.CanStart))
        {
            Refuse(type, RefusalReason.NotNow, (int)configure.Key);
        }
        else if (!configuration.TrySet(configure.Key, configure.Value))
        {
            Refuse(type, RefusalReason.OutOfRange, configure.Value);
        }
        else
        {
            configuration.TryDescribe(configure.Key, configurationReply);
            memory.Reply(MessageType.ConfigureReply, configurationReply);
        }
    }

    private void DescribeConfiguration(MessageType type, FrameReader reader)
    {
        if (!TryDecode(configurationRequest, reader))
        {
            Refuse(type, RefusalReason.BadLength, reader.PayloadCount);
        }
        else if (!configuration.TryDescribe(configurationRequest.Key, configurationReply))
        {
            Refuse(type, RefusalReason.OutOfRange, (int)configurationRequest.Key);
        }
        else
        {
            memory.Reply(MessageType.ConfigurationReply, configurationReply);
        }
    }

    private void Connect(MessageType type, FrameReader reader, long nowMs)
    {
        if (controller == null)
        {
            Refuse(type, RefusalReason.NotFitted, 0);
            return;
        }

        WireError error = connect.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount);
        RefusalReason reason = error == WireError.BadLength ? RefusalReason.BadLength : RefusalReason.OutOfRange;
        int detail = connect.RouteCount;
        if (error != WireError.None || !parts.Matrix.TryResolve(connect, ports, users, out reason, out detail))
        {
            // A host that asks for what cannot be has another picture of the fibres than the board: no light on that ground.
            controller.GoDarkUnasked(FaultCode.None, nowMs);
            Refuse(type, reason, detail);
        }
        else if (selfTest.IsBusy)
        {
            Refuse(type, RefusalReason.Busy, 0);
        }
        else if (!controller.TryConnect(ports, users, nowMs, out reason, out detail))
        {
            Refuse(type, reason, detail);
        }
        else
        {
            open = OpenRequest.Connect;
        }
    }

    private void Dark(MessageType type, long nowMs)
    {
        if (controller == null)
        {
            Refuse(type, RefusalReason.NotFitted, 0);
        }
        else if (controller.State == SwitchState.Dark && controller.CountNotDark() == 0)
        {
            ReplySwitch(type, nowMs);
        }
        else
        {
            controller.GoDark(nowMs);
            open = OpenRequest.Dark;
        }
    }

    private void ReplySwitch(MessageType type, long nowMs)
    {
        if (controller == null)
        {
            Refuse(type, RefusalReason.NotFitted, 0);
        }
        else
        {
            memory.Reply(type + 0x40, status.Switch(nowMs));
        }
    }

    private void Answer(MessageType type, bool hasWorked, bool hasFailed, long nowMs)
    {
        if (hasWorked || hasFailed)
        {
            open = OpenRequest.None;
            if (hasWorked)
            {
                ReplySwitch(type, nowMs);
            }
            else
            {
                Refuse(type, RefusalReason.Failed, (int)controller.Fault);
            }
        }
    }

    private void StartCapture(MessageType type, FrameReader reader, long nowMs)
    {
        WireError error = captureStart.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount);
        if (capture == null)
        {
            Refuse(type, RefusalReason.NotFitted, 0);
        }
        else if (error != WireError.None)
        {
            Refuse(
                type, error == WireError.BadLength ? RefusalReason.BadLength : RefusalReason.OutOfRange,
                captureStart.CaptureId);
        }
        else if (!capture.CanStart || selfTest.IsBusy)
        {
            Refuse(type, RefusalReason.NotNow, capture.CaptureId);
        }
        else
        {
            FaultCode fault = capture.Start(
                captureStart.CaptureId, captureStart.CreditLimit, configuration.Tagging, nowMs);
            if (fault != FaultCode.None)
            {
                Refuse(type, RefusalReason.Failed, (int)fault);
            }
            else
            {
                memory.Reply(MessageType.CaptureStartReply, status.Capture());
            }
        }
    }

    private void StopCapture(MessageType type, long nowMs)
    {
        if (capture == null)
        {
            Refuse(type, RefusalReason.NotFitted, 0);
            return;
        }

        capture.Stop(nowMs);
        memory.Reply(MessageType.CaptureStopReply, status.Capture());
    }

    private void Test(MessageType type, long nowMs)
    {
        bool isQuiet = (controller == null || controller.IsAtRestDark) && (capture == null || capture.CanStart);
        if (!isQuiet || selfTest.IsBusy)
        {
            Refuse(type, RefusalReason.NotNow, 0);
            return;
        }

        selfTest.Begin(configuration.TemperatureLimitMilliC, nowMs);
        open = OpenRequest.SelfTest;
    }

    private void Heartbeat(MessageType type, FrameReader reader, long nowMs)
    {
        if (!TryDecode(credit, reader))
        {
            Refuse(type, RefusalReason.BadLength, reader.PayloadCount);
            return;
        }

        if (capture != null)
        {
            capture.Grant(credit.CaptureId, credit.CreditLimit);
        }

        memory.Reply(MessageType.HeartbeatReply, status.Device(nowMs));
    }

    private void Refuse(MessageType type, RefusalReason reason, int detail)
    {
        if (reason == RefusalReason.UnknownCommand)
        {
            faults.Raise(FaultCode.UnknownCommand, (int)type);
        }
        else if (reason >= RefusalReason.BadLength && reason <= RefusalReason.NotWired)
        {
            faults.Raise(FaultCode.BadRequest, (int)type);
        }

        refused.RequestType = (byte)type;
        refused.Reason = reason;
        refused.Detail = detail;
        memory.Reply(MessageType.RefusedReply, refused);
    }
}
