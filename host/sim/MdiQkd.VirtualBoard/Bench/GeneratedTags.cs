namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// Two detectors in the dark behind a virtual board that no simulated world drives: dark counts, Poisson-distributed in the board's time, on channels 1
/// and 2. Seeded, so that two boards with one seed deliver the same intervals.
/// </summary>
/// <param name="board">The board.</param>
/// <param name="rateHz">Counts per second, both channels together.</param>
/// <param name="seed">Seed of the intervals.</param>
public sealed class GeneratedTags(SimulatedBoard board, int rateHz, int seed)
{
    /// <summary>Highest rate of an AS6500, which keeps 16 results: at more it loses some whenever this process is late.</summary>
    public const int As6500RateHzMax = 5000;

    /// <summary>Highest rate of a front end.</summary>
    public const int FrontEndRateHzMax = 5_000_000;

    private const double PsPerSecond = 1e12;
    private const long PsPerMs = 1_000_000_000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1);

    /// <summary>Delivers until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Random random = new(seed);
        long nextPs = IntervalPs(random);
        long beganPs = 0;
        bool isMeasuring = false;
        using PeriodicTimer timer = new(Period);
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false))
        {
            long nowPs = board.NowMs * PsPerMs;
            lock (board.Gate)
            {
                if (board.As6500.IsMeasuring && !isMeasuring)
                {
                    beganPs = nowPs;
                }

                isMeasuring = board.As6500.IsMeasuring;
                for (; nextPs <= nowPs; nextPs += IntervalPs(random))
                {
                    Deliver(nextPs, random.Next(1, 3), beganPs);
                }

                board.FrontEnd.AdvanceTo(nowPs);
            }
        }
    }

    // The front end counts from power-up, the chip from its start.
    private void Deliver(long timePs, int channel, long beganPs)
    {
        board.FrontEnd.AddTag(timePs, channel);
        if (timePs >= beganPs)
        {
            board.As6500.AddStop(channel, timePs - beganPs);
        }
    }

    private long IntervalPs(Random random) => 1 + (long)(-Math.Log(1 - random.NextDouble()) * PsPerSecond / rateHz);
}
