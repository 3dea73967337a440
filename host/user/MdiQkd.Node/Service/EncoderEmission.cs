using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using MdiQkd.KeyMaterial;
using MdiQkd.Node.Pair;
using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Service;

/// <summary>
/// Keeps the connection to the state encoder, draws a fresh state key per session, and holds the keys of sessions whose
/// announcements are not complete. State keys live in memory only: after a restart the states are gone, as in a ring buffer.
/// </summary>
internal sealed class EncoderEmission(
    IPEndPoint address, IKeyRandomness randomness, TimeProvider time, ILogger log) : IEmission, IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SessionId, CounterStates> states = new();
    private readonly ConcurrentDictionary<SessionId, byte> unfinished = new();
    private volatile StreamStateEncoder? encoder;

    /// <summary>Called with every report of the encoder.</summary>
    public Action<EncoderProgress> OnProgress { get; set; } = _ => { };

    /// <summary>Called with every report on the actuators.</summary>
    public Action<AlignmentReport> OnAlignment { get; set; } = _ => { };

    /// <summary>Moves the actuators; without a device nothing happens, and its first report after a new connection tells.</summary>
    public async Task AlignAsync(LightAlignment setting)
    {
        try
        {
            await (encoder?.AlignAsync(setting, CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (StateEncoderException)
        {
            // Lost devices move nothing.
        }
    }

    /// <summary>Connects, and connects again, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        bool complained = false;
        Task reporting = Task.CompletedTask;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                encoder = await StreamStateEncoder.ConnectAsync(address, ct).ConfigureAwait(false);
                complained = false;
                log.LogInformation("state encoder {Address} connected", address);
                reporting = ReportAlignmentsAsync(encoder, ct);
                await foreach (EncoderProgress progress in encoder.Progress.ReadAllAsync(ct).ConfigureAwait(false))
                {
                    Report(progress);
                }
            }
            catch (StateEncoderException e)
            {
                if (!complained)
                {
                    log.LogWarning("{Reason}; trying again every {Seconds} s", e.Message, Retry.TotalSeconds);
                    complained = true;
                }
            }
            finally
            {
                StreamStateEncoder? lost = encoder;
                encoder = null;
                if (lost is not null)
                {
                    await lost.DisposeAsync().ConfigureAwait(false);
                }

                await reporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            // What the device was emitting has stopped with the connection.
            foreach (SessionId session in unfinished.Keys)
            {
                Report(new EncoderProgress(session, 0, true, "connection to the state encoder lost"));
            }

            await Task.Delay(Retry, time, ct).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Start(SessionLight light)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(CounterStates.KeySize, pinned: true);
        randomness.Fill(key);
        states[light.Session] = new CounterStates(key, light.Source, light.Pilots, light.Slots, light.IsReference);
        unfinished[light.Session] = 0;
        _ = Task.Run(() => EmitAsync(light, key));
    }

    /// <inheritdoc/>
    public bool TryRead(SessionId session, ReadOnlySpan<long> slots, Span<byte> packed) =>
        states.TryGetValue(session, out CounterStates? prepared) && prepared.TryRead(slots, packed);

    /// <inheritdoc/>
    public void Forget(SessionId session)
    {
        if (states.TryRemove(session, out CounterStates? prepared))
        {
            prepared.Dispose();
        }

        if (unfinished.TryRemove(session, out _) && encoder is { } device)
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await device.StopAsync(session, CancellationToken.None).ConfigureAwait(false);
                }
                catch (StateEncoderException)
                {
                    // Lost devices emit nothing.
                }
            });
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (encoder is { } device)
        {
            await device.DisposeAsync().ConfigureAwait(false);
        }

        foreach (CounterStates prepared in states.Values)
        {
            prepared.Dispose();
        }
    }

    private async Task EmitAsync(SessionLight light, byte[] key)
    {
        try
        {
            StreamStateEncoder device = encoder ?? throw new StateEncoderException("the state encoder is not connected");
            await device.ArmAsync(light, key, CancellationToken.None).ConfigureAwait(false);
            await device.EmitAsync(light.Session, light.Slots, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StateEncoderException e)
        {
            Report(new EncoderProgress(light.Session, 0, true, e.Message));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private async Task ReportAlignmentsAsync(StreamStateEncoder device, CancellationToken ct)
    {
        await foreach (AlignmentReport report in device.Alignments.ReadAllAsync(ct).ConfigureAwait(false))
        {
            OnAlignment(report);
        }
    }

    private void Report(EncoderProgress progress)
    {
        if (progress.Ended)
        {
            unfinished.TryRemove(progress.Session, out _);
            if (progress.Reason.Length > 0)
            {
                log.LogWarning("session {Session} ended early: {Reason}", progress.Session, progress.Reason);
            }
        }

        OnProgress(progress);
    }
}
