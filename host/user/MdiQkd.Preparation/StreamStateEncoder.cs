using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// State encoder behind a TCP connection (ENCODER.md): a modulator box inside the user's site, or the simulated one.
/// Does not reconnect: a lost device is a new session, and that is the daemon's business.
/// </summary>
public sealed class StreamStateEncoder : IStateEncoder, ILightActuators
{
    private const int ProgressHeld = 64; // reports are cumulative, so older ones may be dropped

    private readonly EncoderLink link;
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim arming = new(1, 1);
    private readonly Channel<EncoderProgress> progress = Channel.CreateBounded<EncoderProgress>(
        new BoundedChannelOptions(ProgressHeld) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Channel<AlignmentReport> alignments = Channel.CreateBounded<AlignmentReport>(
        new BoundedChannelOptions(ProgressHeld) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Task receiving;
    private volatile PendingArm? pending;
    private volatile StateEncoderException? lost;

    private StreamStateEncoder(EncoderLink link)
    {
        this.link = link;
        receiving = Task.Run(ReceiveAsync);
    }

    /// <inheritdoc/>
    public ChannelReader<EncoderProgress> Progress => progress.Reader;

    /// <inheritdoc/>
    public ChannelReader<AlignmentReport> Alignments => alignments.Reader;

    /// <summary>Connects and exchanges hellos.</summary>
    /// <exception cref="StateEncoderException">Unreachable, or not an encoder of this protocol version.</exception>
    public static async Task<StreamStateEncoder> ConnectAsync(IPEndPoint endPoint, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        EncoderLink? link = null;
        try
        {
            await socket.ConnectAsync(endPoint, ct).ConfigureAwait(false);
            link = new EncoderLink(new NetworkStream(socket, ownsSocket: true));
            await link.WriteAsync(new EncoderHello(EncoderFrames.Version), ct).ConfigureAwait(false);
            EncoderMessage? answer = await link.ReadAsync(ct).ConfigureAwait(false);
            if (answer is not EncoderHello { Version: EncoderFrames.Version })
            {
                throw new InvalidDataException("no hello of the same protocol version");
            }

            return new StreamStateEncoder(link);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (link is not null)
            {
                await link.DisposeAsync().ConfigureAwait(false);
            }

            if (e is SocketException or IOException or InvalidDataException)
            {
                throw new StateEncoderException($"state encoder {endPoint}: {e.Message}", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task ArmAsync(SessionLight light, ReadOnlyMemory<byte> stateKey, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(light);
        ArgumentOutOfRangeException.ThrowIfNotEqual(stateKey.Length, CounterStates.KeySize, nameof(stateKey));
        if (light.Fault() is { } fault)
        {
            throw new StateEncoderException($"session {light.Session}: {fault}");
        }

        await arming.WaitAsync(ct).ConfigureAwait(false);
        byte[] key = GC.AllocateUninitializedArray<byte>(CounterStates.KeySize, pinned: true);
        stateKey.CopyTo(key);
        try
        {
            var wait = new PendingArm(light.Session);
            pending = wait;
            await SendAsync(new ArmCommand(light, key), ct).ConfigureAwait(false);
            if (lost is { } loss)
            {
                throw loss; // lost between the check of the send and the registration of the wait
            }

            string? refusal = await wait.Answer.Task.WaitAsync(ct).ConfigureAwait(false);
            if (refusal is not null)
            {
                throw new StateEncoderException($"session {light.Session} refused: {refusal}");
            }
        }
        finally
        {
            pending = null;
            CryptographicOperations.ZeroMemory(key);
            arming.Release();
        }
    }

    /// <inheritdoc/>
    public Task EmitAsync(SessionId session, long untilSlot, CancellationToken ct) =>
        SendAsync(new EmitCommand(session, untilSlot), ct);

    /// <inheritdoc/>
    public Task StopAsync(SessionId session, CancellationToken ct) => SendAsync(new StopCommand(session), ct);

    /// <inheritdoc/>
    public Task AlignAsync(LightAlignment setting, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return setting.Fault() is { } fault
            ? throw new ArgumentOutOfRangeException(nameof(setting), fault)
            : SendAsync(new AlignCommand(setting), ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (closing.IsCancellationRequested)
        {
            return;
        }

        await closing.CancelAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
        arming.Dispose();
    }

    private async Task SendAsync(EncoderMessage message, CancellationToken ct)
    {
        if (lost is { } loss)
        {
            throw loss;
        }

        try
        {
            await link.WriteAsync(message, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new StateEncoderException("state encoder connection lost", e);
        }
    }

    private async Task ReceiveAsync()
    {
        string reason = "closed by the device";
        Exception? cause = null;
        try
        {
            while (await link.ReadAsync(closing.Token).ConfigureAwait(false) is { } message)
            {
                Dispatch(message);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            cause = e;
            reason = e is OperationCanceledException ? "closed" : e.Message;
        }

        var loss = new StateEncoderException($"state encoder connection lost: {reason}", cause ?? new EndOfStreamException());
        lost = loss;
        pending?.Answer.TrySetException(loss);
        progress.Writer.TryComplete(cause is OperationCanceledException ? null : loss);
        alignments.Writer.TryComplete();
    }

    private void Dispatch(EncoderMessage message)
    {
        PendingArm? wait = pending;
        switch (message)
        {
            case ArmedReply armed when wait?.Session == armed.Session:
                wait.Answer.TrySetResult(null);
                break;
            case RefusedReply refused when wait?.Session == refused.Session:
                wait.Answer.TrySetResult(refused.Reason);
                break;
            case ProgressReport report:
                progress.Writer.TryWrite(report.Value);
                break;
            case AlignedReply aligned:
                alignments.Writer.TryWrite(aligned.Value);
                break;
            default:
                break; // an answer to an arm that was cancelled meanwhile
        }
    }

    private sealed class PendingArm(SessionId session)
    {
        public SessionId Session { get; } = session;

        public TaskCompletionSource<string?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
