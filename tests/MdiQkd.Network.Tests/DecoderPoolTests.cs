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
        DecoderPool pool = new(loop, log);
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
            pool.Enqueue(new DecodeJob(frame, code, 1, syndrome, code.Length, 0.01, done.SetResult));
            return done.Task;
        }
    }
}
