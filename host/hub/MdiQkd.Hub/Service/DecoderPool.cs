using System.Threading.Channels;
using MdiQkd.Hub.Pair;
using MdiQkd.Reconciliation;

namespace MdiQkd.Hub.Service;

/// <summary>Decodes frames on all cores, in the order they come; the results go back through the loop.</summary>
internal sealed class DecoderPool(HubLoop loop, ILogger log)
{
    private readonly Channel<DecodeJob> jobs = Channel.CreateUnbounded<DecodeJob>();

    /// <summary>Queues a frame. Bounded by the frames that each pair has in flight.</summary>
    public void Enqueue(DecodeJob job) => jobs.Writer.TryWrite(job);

    /// <summary>Runs the workers until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(
        Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => WorkAsync(ct), ct)));

    private async Task WorkAsync(CancellationToken ct)
    {
        ErrorPatternDecoder decoder = new();
        await foreach (DecodeJob job in jobs.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            ulong[]? pattern = Decode(decoder, job, ct);
            loop.Post(() => job.Done(pattern));
        }
    }

    /// <summary>A job that throws counts as not decoded: its pair loses a frame, and the worker goes on with the others.</summary>
    private ulong[]? Decode(ErrorPatternDecoder decoder, DecodeJob job, CancellationToken ct)
    {
#pragma warning disable CA1031 // whatever is wrong with one frame, the other pairs need this worker
        try
        {
            ulong[] pattern = new ulong[job.Code.Length / 64];
            DecodeResult result = decoder.Decode(job.Code, job.Rounds, job.Syndrome, job.RealBits, job.Qber, pattern, ct);
            return result.Converged ? pattern : null;
        }
        catch (Exception e)
        {
            log.LogError(e, "frame {Frame} with code {Code} could not be decoded", job.Frame, job.Code.Id);
            return null;
        }
#pragma warning restore CA1031
    }
}
