using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.World;

/// <summary>
/// Device end of one encoder connection (ENCODER.md). Whatever the node sends, the worst outcome is that this connection closes.
/// </summary>
internal sealed class EncoderConnection
{
    // Session ids kept to refuse a second arming: 16 MB at most, years of sessions.
    private const int SessionsMax = 1 << 20;

    // A node that does not read this many reports is not there.
    private const int OutgoingMax = 1024;

    private readonly Socket socket;
    private readonly LabUser user;
    private readonly Laboratory laboratory;
    private readonly HashSet<SessionId> sessions = [];
    private readonly Channel<EncoderMessage> outgoing = Channel.CreateBounded<EncoderMessage>(OutgoingMax);

    public EncoderConnection(Socket socket, LabUser user, Laboratory laboratory)
    {
        this.socket = socket;
        this.user = user;
        this.laboratory = laboratory;
    }

    /// <summary>Queues a message; a node that does not read loses its connection. Loop only.</summary>
    public void Send(EncoderMessage message)
    {
        if (!outgoing.Writer.TryWrite(message))
        {
            Close();
        }
    }

    /// <summary>Closes the connection; <see cref="RunAsync"/> then ends.</summary>
    public void Close() => socket.Dispose();

    /// <summary>Serves the connection until it ends.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Task? writing = null;
        var link = new EncoderLink(new NetworkStream(socket, ownsSocket: true));
        try
        {
            if (await link.ReadAsync(ct).ConfigureAwait(false) is not EncoderHello { Version: EncoderFrames.Version })
            {
                return;
            }

            await link.WriteAsync(new EncoderHello(EncoderFrames.Version), ct).ConfigureAwait(false);
            writing = WriteAsync(link, ct);
            await laboratory.PostAsync(() => laboratory.Attach(user, this), ct).ConfigureAwait(false);
            while (await link.ReadAsync(ct).ConfigureAwait(false) is { } message)
            {
                if (!await TakeAsync(message, ct).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException
            or OperationCanceledException)
        {
            laboratory.Log($"encoder {user.Settings.Name}: {e.Message}");
        }
        finally
        {
            await link.DisposeAsync().ConfigureAwait(false);
            outgoing.Writer.TryComplete();
            await (writing ?? Task.CompletedTask).ConfigureAwait(false);
            await laboratory.PostAsync(() => laboratory.Detach(user, this), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<bool> TakeAsync(EncoderMessage message, CancellationToken ct)
    {
        switch (message)
        {
            case ArmCommand arm:
                ArmedSession? armed = null;
                string? refusal = laboratory.RefusalOf(arm.Light)
                    ?? (sessions.Count == SessionsMax ? "too many sessions on one connection"
                        : !sessions.Add(arm.Light.Session) ? "this session was armed before" : null);
                if (refusal is null)
                {
                    armed = new ArmedSession(arm.Light, arm.StateKey);
                }

                CryptographicOperations.ZeroMemory(arm.StateKey);
                await laboratory.PostAsync(
                    () => laboratory.Arm(user, this, arm.Light.Session, armed, refusal), ct).ConfigureAwait(false);
                return true;
            case EmitCommand emit:
                await laboratory.PostAsync(
                    () => Laboratory.Emit(user, this, emit.Session, emit.UntilSlot), ct).ConfigureAwait(false);
                return true;
            case AlignCommand align:
                await laboratory.PostAsync(() => laboratory.Align(user, this, align.Setting), ct).ConfigureAwait(false);
                return true;
            case StopCommand stop:
                await laboratory.PostAsync(() => laboratory.Stop(user, this, stop.Session), ct).ConfigureAwait(false);
                return true;
            default:
                laboratory.Log($"encoder {user.Settings.Name}: a message that only a device sends");
                return false;
        }
    }

    private async Task WriteAsync(EncoderLink link, CancellationToken ct)
    {
        try
        {
            await foreach (EncoderMessage message in outgoing.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                await link.WriteAsync(message, ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Close(); // the reader sees it and ends the connection
        }
    }
}
