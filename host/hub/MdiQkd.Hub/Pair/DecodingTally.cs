using MdiQkd.Reconciliation;

namespace MdiQkd.Hub.Pair;

/// <summary>What decoding cost one pair since the hub started; public data only, for the operator.</summary>
internal sealed class DecodingTally
{
    private long firstRoundFailures;
    private long failedFrames;
    private long rounds;
    private long iterations;
    private long disclosedBits;
    private long bits;
    private long errors;
    private TimeSpan queued;

    /// <summary>Frames that are decoded or given up.</summary>
    public long Frames { get; private set; }

    /// <summary>Share of frames that needed a second round.</summary>
    public double? FerFirstRound => Share(firstRoundFailures, Frames);

    /// <summary>Share of frames that failed in every round.</summary>
    public double? Fer => Share(failedFrames, Frames);

    /// <summary>All disclosed bits, failed frames counted whole, over n·h(e) with the error rate of the decoded frames.</summary>
    public double? F => Share(disclosedBits, bits * BinaryEntropy.Of(Share(errors, bits) ?? 0));

    /// <summary>Mean rounds per frame.</summary>
    public double? RoundsMean => Share(rounds, Frames);

    /// <summary>Mean iterations per frame.</summary>
    public double? IterationsMean => Share(iterations, Frames);

    /// <summary>Mean wait for a decoder per round, in milliseconds.</summary>
    public double? QueueMsMean => Share(queued.TotalMilliseconds, rounds);

    /// <summary>One round of a frame was tried.</summary>
    public void AddRound(DecodeOutcome outcome)
    {
        rounds++;
        iterations += outcome.Iterations;
        queued += outcome.Queued;
    }

    /// <summary>A frame was decoded.</summary>
    public void AddDecoded(ReconciliationCode code, int roundsNeeded, int realBits, long frameErrors)
    {
        Frames++;
        firstRoundFailures += roundsNeeded > 1 ? 1 : 0;
        disclosedBits += Math.Min(realBits, code.SyndromeLength(roundsNeeded));
        bits += realBits;
        errors += frameErrors;
    }

    /// <summary>A frame was given up and is disclosed whole.</summary>
    public void AddFailed(int realBits)
    {
        Frames++;
        firstRoundFailures++;
        failedFrames++;
        disclosedBits += realBits;
        bits += realBits;
    }

    private static double? Share(double part, double whole) => whole > 0 ? part / whole : null;
}
