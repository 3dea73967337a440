using System.Net;
using System.Net.Sockets;
using MdiQkd.Preparation;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Tests.Preparation;

/// <summary>The client against a device that behaves, on a real loopback socket.</summary>
public sealed class StreamStateEncoderTests
{
    private static readonly SessionId Session = new(42);

    private static readonly SessionLight Light = new(
        Session, 1000, 500, new SlotTiming(5000, 2500, 500), SourceSettings.FromReal(.5, .2, .05, .6, .1, .2), new PilotPattern(1, 0));

    private static CancellationToken Limit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arm_emit_progress_and_loss()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<ArmCommand> device = RunDevice(listener);
        await using StreamStateEncoder encoder =
            await StreamStateEncoder.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Limit);
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        await encoder.ArmAsync(Light, key, Limit);
        var refusal = await Assert.ThrowsAsync<StateEncoderException>(
            () => encoder.ArmAsync(Light with { StartPs = 1 }, key, Limit));
        Assert.Contains("too early", refusal.Message, StringComparison.Ordinal);
        await encoder.EmitAsync(Session, 77, Limit);
        Assert.Equal(new EncoderProgress(Session, 77, false, ""), await encoder.Progress.ReadAsync(Limit));
        await encoder.StopAsync(Session, Limit);
        Assert.Equal(new EncoderProgress(Session, 77, true, "stopped"), await encoder.Progress.ReadAsync(Limit));
        ArmCommand armed = await device;
        Assert.Equal(Light, armed.Light);
        Assert.Equal(key, armed.StateKey);
        await Assert.ThrowsAsync<StateEncoderException>(() => encoder.Progress.Completion.WaitAsync(Limit));
        await Assert.ThrowsAsync<StateEncoderException>(() => encoder.ArmAsync(Light, key, Limit));
    }

    [Fact]
    public async Task Nobody_there_or_another_protocol_is_a_clear_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endPoint = (IPEndPoint)listener.LocalEndpoint;
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync(Limit).AsTask();
        Task<StreamStateEncoder> connecting = StreamStateEncoder.ConnectAsync(endPoint, Limit);
        using (TcpClient peer = await accepting)
        {
            await peer.GetStream().WriteAsync("HTTP/1.1 400\r\n"u8.ToArray(), Limit);
            await Assert.ThrowsAsync<StateEncoderException>(() => connecting);
        }

        listener.Stop();
        var error = await Assert.ThrowsAsync<StateEncoderException>(() => StreamStateEncoder.ConnectAsync(endPoint, Limit));
        Assert.Contains(endPoint.ToString(), error.Message, StringComparison.Ordinal);
    }

    private static async Task<ArmCommand> RunDevice(TcpListener listener)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(Limit);
        await using var link = new EncoderLink(client.GetStream());
        Assert.Equal(new EncoderHello(EncoderFrames.Version), await link.ReadAsync(Limit));
        await link.WriteAsync(new EncoderHello(EncoderFrames.Version), Limit);
        ArmCommand? first = null;
        while (await link.ReadAsync(Limit) is { } message)
        {
            switch (message)
            {
                case ArmCommand arm when arm.Light.StartPs < 1000:
                    await link.WriteAsync(new RefusedReply(arm.Light.Session, "startPs too early"), Limit);
                    break;
                case ArmCommand arm:
                    first = arm;
                    await link.WriteAsync(new ArmedReply(arm.Light.Session), Limit);
                    break;
                case EmitCommand emit:
                    await link.WriteAsync(
                        new ProgressReport(new EncoderProgress(emit.Session, emit.UntilSlot, false, "")), Limit);
                    break;
                case StopCommand stop:
                    await link.WriteAsync(
                        new ProgressReport(new EncoderProgress(stop.Session, 77, true, "stopped")), Limit);
                    return first!;
                default:
                    break;
            }
        }

        throw new InvalidOperationException("the node went away");
    }
}
