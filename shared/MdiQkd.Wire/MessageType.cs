namespace MdiQkd.Wire;

/// <summary>
/// Kind of a frame, one byte. 0x01 to 0x3F are requests of the host; the reply to request r is r + 0x40; 0x7F is the refusal of
/// any request; 0x80 and above come unasked, without request id.
/// </summary>
public enum MessageType : byte
{
    /// <summary>Opens a session: <see cref="Wire.HelloRequest"/>.</summary>
    HelloRequest = 0x01,

    /// <summary>Sets one configuration value: <see cref="Wire.ConfigureRequest"/>.</summary>
    ConfigureRequest = 0x02,

    /// <summary>Asks for one configuration value: <see cref="Wire.ConfigurationRequest"/>.</summary>
    ConfigurationRequest = 0x03,

    /// <summary>Connects users to measurement inputs: <see cref="Wire.SwitchConnectRequest"/>.</summary>
    SwitchConnectRequest = 0x04,

    /// <summary>Blocks all light; no payload.</summary>
    SwitchDarkRequest = 0x05,

    /// <summary>Asks for the state of the switch; no payload.</summary>
    SwitchStatusRequest = 0x06,

    /// <summary>Starts a capture: <see cref="Wire.CaptureStartRequest"/>.</summary>
    CaptureStartRequest = 0x07,

    /// <summary>Ends the capture; no payload.</summary>
    CaptureStopRequest = 0x08,

    /// <summary>Asks for counters and measured values; no payload.</summary>
    HealthRequest = 0x09,

    /// <summary>Runs the self-test; no payload.</summary>
    SelfTestRequest = 0x0A,

    /// <summary>Asks for the fault table; no payload.</summary>
    FaultsRequest = 0x0B,

    /// <summary>Acknowledges all faults, so that the switch may move again; no payload.</summary>
    ClearFaultsRequest = 0x0C,

    /// <summary>Shows that the host is alive and renews its credit: <see cref="Wire.CreditGrant"/>.</summary>
    HeartbeatRequest = 0x0D,

    /// <summary>Permits tag blocks; the one message of the host without request id and reply: <see cref="Wire.CreditGrant"/>.</summary>
    CreditGrant = 0x3E,

    /// <summary>Reply: <see cref="Wire.HelloReply"/>.</summary>
    HelloReply = 0x41,

    /// <summary>Reply to a setting: <see cref="Wire.ConfigurationReply"/>.</summary>
    ConfigureReply = 0x42,

    /// <summary>Reply to a question: <see cref="Wire.ConfigurationReply"/>.</summary>
    ConfigurationReply = 0x43,

    /// <summary>Reply, sent when the move is verified: <see cref="Wire.SwitchStatus"/>.</summary>
    SwitchConnectReply = 0x44,

    /// <summary>Reply, sent when dark is verified: <see cref="Wire.SwitchStatus"/>.</summary>
    SwitchDarkReply = 0x45,

    /// <summary>Reply: <see cref="Wire.SwitchStatus"/>.</summary>
    SwitchStatusReply = 0x46,

    /// <summary>Reply: <see cref="Wire.CaptureStatus"/>.</summary>
    CaptureStartReply = 0x47,

    /// <summary>Reply: <see cref="Wire.CaptureStatus"/>.</summary>
    CaptureStopReply = 0x48,

    /// <summary>Reply: <see cref="Wire.HealthReply"/>.</summary>
    HealthReply = 0x49,

    /// <summary>Reply: <see cref="Wire.SelfTestReply"/>.</summary>
    SelfTestReply = 0x4A,

    /// <summary>Reply: <see cref="Wire.FaultsReply"/>.</summary>
    FaultsReply = 0x4B,

    /// <summary>Reply, with the table as it is after clearing: <see cref="Wire.FaultsReply"/>.</summary>
    ClearFaultsReply = 0x4C,

    /// <summary>Reply: <see cref="Wire.DeviceStatus"/>.</summary>
    HeartbeatReply = 0x4D,

    /// <summary>The request was not carried out: <see cref="Wire.RefusedReply"/>.</summary>
    RefusedReply = 0x7F,

    /// <summary>Unasked: a stretch of time tags, <see cref="TagBlock"/>.</summary>
    TagBlock = 0x80,

    /// <summary>Unasked: a fault came or went, <see cref="FaultRecord"/>.</summary>
    FaultEvent = 0x81,

    /// <summary>Unasked: the switch went dark or lost its position without being told, <see cref="Wire.SwitchStatus"/>.</summary>
    SwitchEvent = 0x82,
}
