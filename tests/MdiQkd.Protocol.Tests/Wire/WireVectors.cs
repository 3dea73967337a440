using MdiQkd.Wire;

namespace MdiQkd.Protocol.Tests.Wire;

/// <summary>The golden frames of shared/protocol/vectors/wire.hex, made by a program that shares no code with the codecs.</summary>
internal static class WireVectors
{
    internal static IReadOnlyDictionary<string, byte[]> Frames { get; } = Read();

    /// <summary>Fresh codec for the payload of a frame; null where there is none.</summary>
    internal static IWireMessage? Codec(MessageType type) => type switch
    {
        MessageType.HelloRequest => new HelloRequest(),
        MessageType.ConfigureRequest => new ConfigureRequest(),
        MessageType.ConfigurationRequest => new ConfigurationRequest(),
        MessageType.SwitchConnectRequest => new SwitchConnectRequest(),
        MessageType.CaptureStartRequest => new CaptureStartRequest(),
        MessageType.HeartbeatRequest or MessageType.CreditGrant => new CreditGrant(),
        MessageType.HelloReply => new HelloReply(),
        MessageType.ConfigureReply or MessageType.ConfigurationReply => new ConfigurationReply(),
        MessageType.SwitchConnectReply or MessageType.SwitchDarkReply or MessageType.SwitchStatusReply or MessageType.SwitchEvent =>
            new SwitchStatus(),
        MessageType.CaptureStartReply or MessageType.CaptureStopReply => new CaptureStatus(),
        MessageType.HealthReply => new HealthReply(),
        MessageType.SelfTestReply => new SelfTestReply(),
        MessageType.FaultsReply or MessageType.ClearFaultsReply => new FaultsReply(),
        MessageType.HeartbeatReply => new DeviceStatus(),
        MessageType.RefusedReply => new RefusedReply(),
        MessageType.FaultEvent => new FaultRecord(),
        _ => null,
    };

    /// <summary>Decodes the one frame into its message.</summary>
    internal static T Decode<T>(string name)
        where T : IWireMessage
    {
        byte[] frame = Frames[name];
        IWireMessage? message = Codec((MessageType)frame[3]);
        Assert.NotNull(message);
        Assert.Equal(WireError.None, message.Decode(frame, Frame.HeaderBytes, frame.Length - Frame.HeaderBytes));
        return Assert.IsType<T>(message);
    }

    private static Dictionary<string, byte[]> Read()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "vectors", "wire.hex"));
        Dictionary<string, byte[]> frames = [];
        for (int i = 0; i + 1 < lines.Length; i += 2)
        {
            frames.Add(lines[i][2..], Convert.FromHexString(lines[i + 1]));
        }

        return frames;
    }
}
