using MdiQkd.Hub.Pair;
using MdiQkd.Reconciliation;

namespace MdiQkd.Hub.Service;

/// <summary>Decodes frames on all cores, pairs in fair turns; the results go back through the loop.</summary>
internal sealed class DecoderPool(HubLoop loop, TimeProvider time, ILogger log) : IDisposable
{
    private readonly DecodeQueue queue = new();

    /// <summary>Queues a frame. Bounded by the frames that each pair has in flight.</summary>
    public void Enqueue(DecodeJob job) => queue.Add(job, time.GetTimestamp());

    /// <summary>Runs the workers until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(
        Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => WorkAsync(ct), ct)));

    /// <inheritdoc/>
    public void Dispose() => queue.Dispose();

    private async Task WorkAsync(CancellationToken ct)
    {
        ErrorPatternDecoder decoder = new();
        while (true)
        {
            (DecodeJob job, long added) = await queue.TakeAsync(ct).ConfigureAwait(false);
            TimeSpan queued = time.GetElapsedTime(added);
            (ulong[]? pattern, int iterations) = Decode(decoder, job);
            loop.Post(() => job.Done(new DecodeOutcome(pattern, iterations, queued)));
        }
    }

    /// <summary>A job that throws counts as not decoded: its pair loses a frame, and the worker goes on with the others.</summary>
    private (ulong[]? Pattern, int Iterations) Decode(ErrorPatternDecoder decoder, DecodeJob job)
    {
#pragma warning disable CA1031 // whatever is wrong with one frame, the other pairs need this worker
        try
        {
            ulong[] pattern = new ulong[job.Code.Length / 64];
            DecodeResult result = decoder.Decode(job.Code, job.Rounds, job.Syndrome, job.RealBits, job.Qber, pattern, job.Unwanted);
            return (result.Converged ? pattern : null, result.Iterations);
        }
        catch (Exception e)
        {
            log.LogError(e, "frame {Frame} with code {Code} could not be decoded", job.Frame, job.Code.Id);
            return (null, 0);
        }
#pragma warning restore CA1031
    }
}
