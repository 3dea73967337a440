using MdiQkd.Hub.Pair;

namespace MdiQkd.Hub.Service;

/// <summary>
/// Frames that wait for a decoder, fair between pairs: the pair that got the fewest bits decoded goes first, so that a pair with
/// small blocks never waits behind all of a large one (start-time fair queueing, Goyal et al., IEEE/ACM ToN 5, 690 (1997)).
/// </summary>
internal sealed class DecodeQueue : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim available = new(0);
    private readonly Dictionary<string, Waiting> pairs = [];
    private long virtualBits;

    /// <summary>Adds a frame.</summary>
    /// <param name="job">The frame.</param>
    /// <param name="now">Time stamp, handed back when it is taken.</param>
    public void Add(DecodeJob job, long now)
    {
        lock (gate)
        {
            if (!pairs.TryGetValue(job.Pair, out Waiting? waiting))
            {
                pairs[job.Pair] = waiting = new Waiting();
            }

            if (waiting.Jobs.Count == 0)
            {
                // Time in which a pair had nothing to decode is not saved up.
                waiting.Served = Math.Max(waiting.Served, virtualBits);
            }

            waiting.Jobs.Enqueue((job, now));
        }

        available.Release();
    }

    /// <summary>Waits for the next frame.</summary>
    public async Task<(DecodeJob Job, long Added)> TakeAsync(CancellationToken ct)
    {
        await available.WaitAsync(ct).ConfigureAwait(false);
        lock (gate)
        {
            Waiting next = pairs.Values.Where(pair => pair.Jobs.Count > 0).MinBy(pair => pair.Served)!;
            virtualBits = next.Served;
            (DecodeJob Job, long) taken = next.Jobs.Dequeue();
            next.Served += taken.Job.RealBits;
            return taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => available.Dispose();

    private sealed class Waiting
    {
        public Queue<(DecodeJob Job, long Added)> Jobs { get; } = new();

        public long Served { get; set; }
    }
}
