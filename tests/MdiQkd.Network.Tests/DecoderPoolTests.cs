using MdiQkd.Hub;
using MdiQkd.Hub.Pair;
using MdiQkd.Hub.Service;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Reconciliation;

namespace MdiQkd.Network.Tests;

/// <summary>The hub's decoders serve all pairs: no frame of one pair may take them away from the others.</summary>
public class DecoderPoolTests
{
    [Fact]
    public async Task A_frame_that_throws_counts_as_not_decoded_and_costs_no_worker()
    {
        CancellationToken limit = TestContext.Current.CancellationToken;
        RecordedLog log = new();
        HubLoop loop = new(log);
        using DecoderPool pool = new(loop, TimeProvider.System, log);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(limit);
        Task running = Task.WhenAll(loop.RunAsync(stop.Token), pool.RunAsync(stop.Token));
        ReconciliationCode code = CodeBook.Default.Codes[0];

        // More of them than workers; a syndrome of a wrong length is a programming error to the decoder.
        Task<ulong[]?>[] faulty = [.. Enumerable.Range(0, Environment.ProcessorCount + 1).Select(frame => Decode(frame, new ulong[1]))];
        Task<ulong[]?> sound = Decode(99, new ulong[code.SyndromeLength(1) / 64]);
        TimeSpan patience = TimeSpan.FromSeconds(30);

        Assert.Equal(new ulong[code.Length / 64], await sound.WaitAsync(patience, limit));
        Assert.All(await Task.WhenAll(faulty).WaitAsync(patience, limit), Assert.Null);
        Assert.Equal(faulty.Length, log.Lines.Count(line => line.Contains($"code {code.Id} could not be decoded", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Task<ulong[]?> Decode(int frame, ulong[] syndrome)
        {
            TaskCompletionSource<ulong[]?> done = new();
            pool.Enqueue(new DecodeJob(
                "alice|bob", frame, code, 1, syndrome, code.Length, 0.01, outcome => done.SetResult(outcome.Pattern), CancellationToken.None));
            return done.Task;
        }
    }

    [Fact]
    public async Task A_pair_with_small_blocks_does_not_wait_behind_a_large_one()
    {
        CancellationToken limit = TestContext.Current.CancellationToken;
        using DecodeQueue queue = new();
        for (int frame = 0; frame < 100; frame++)
        {
            queue.Add(Job("large", frame, 1_000_000), 0);
        }

        List<string> order = [];
        for (int taken = 0; taken < 12; taken++)
        {
            if (taken is 3 or 6)
            {
                queue.Add(Job("small", taken, 65_000), 0);
                queue.Add(Job("small", taken, 65_000), 0);
            }

            order.Add((await queue.TakeAsync(limit)).Job.Pair);
        }

        // Four small frames, each batch after at most the large frame that was already served ahead.
        Assert.Equal(4, order.Count(pair => pair == "small"));
        Assert.InRange(order.FindLastIndex(5, pair => pair == "small"), 4, 5);
        Assert.InRange(order.FindLastIndex(pair => pair == "small"), 7, 8);
    }

    [Fact]
    public async Task Two_busy_pairs_get_the_same_number_of_bits_whatever_their_frames()
    {
        CancellationToken limit = TestContext.Current.CancellationToken;
        using DecodeQueue queue = new();
        for (int frame = 0; frame < 160; frame++)
        {
            queue.Add(Job("short", frame, 65_536), 0);
            queue.Add(Job("long", frame, 1_048_576), 0);
        }

        Dictionary<string, long> served = new() { ["short"] = 0, ["long"] = 0 };
        for (int taken = 0; taken < 150; taken++)
        {
            DecodeJob job = (await queue.TakeAsync(limit)).Job;
            served[job.Pair] += job.RealBits;
            Assert.InRange(Math.Abs(served["short"] - served["long"]), 0, 1_048_576);
        }
    }

    [Fact]
    public async Task Frames_of_a_pair_keep_their_order()
    {
        CancellationToken limit = TestContext.Current.CancellationToken;
        using DecodeQueue queue = new();
        for (int frame = 0; frame < 5; frame++)
        {
            queue.Add(Job("pair", frame, 1000), frame);
        }

        for (int frame = 0; frame < 5; frame++)
        {
            (DecodeJob job, long added) = await queue.TakeAsync(limit);
            Assert.Equal((frame, (long)frame), (job.Frame, added));
        }
    }

    private static DecodeJob Job(string pair, int frame, int bits) =>
        new(pair, frame, CodeBook.Default.Codes[0], 1, [], bits, 0.01, _ => { }, CancellationToken.None);
}
