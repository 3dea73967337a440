namespace MdiQkd.Cli.Commands.Bench;

/// <summary>What a number of frames cost; trials of several threads add up.</summary>
internal sealed class TrialResult
{
    /// <summary>Frames decoded.</summary>
    internal int Frames { get; private set; }

    /// <summary>Frames that needed a second round.</summary>
    internal int FirstRoundFailures { get; private set; }

    /// <summary>Frames that failed after the last round and are disclosed whole.</summary>
    internal int Failures { get; private set; }

    /// <summary>Frames that converged to a wrong pattern; verification would catch the block.</summary>
    internal int Wrong { get; private set; }

    /// <summary>Rounds of all frames.</summary>
    internal long Rounds { get; private set; }

    /// <summary>Iterations of all rounds of all frames.</summary>
    internal long Iterations { get; private set; }

    /// <summary>Bits disclosed, failed frames counted whole.</summary>
    internal long DisclosedBits { get; private set; }

    /// <summary>Bits of all frames.</summary>
    internal long Bits { get; private set; }

    /// <summary>Processor time of decoding, in seconds.</summary>
    internal double DecodingSeconds { get; private set; }

    /// <summary>Processor time of forming syndromes of both users, in seconds.</summary>
    internal double SyndromeSeconds { get; private set; }

    /// <summary>f: disclosed bits over n·h(e).</summary>
    internal double Efficiency(double qber) => DisclosedBits / (Bits * Reconciliation.BinaryEntropy.Of(qber));

    /// <summary>Decoded megabits per second of one core.</summary>
    internal double MbitPerSecond => Bits / 1e6 / DecodingSeconds;

    /// <summary>Counts one frame.</summary>
    internal void Add(int bits, int rounds, long iterations, int disclosedBits, bool converged, bool wrong, bool first)
    {
        Frames++;
        Bits += bits;
        Rounds += rounds;
        Iterations += iterations;
        DisclosedBits += disclosedBits;
        FirstRoundFailures += first ? 0 : 1;
        Failures += converged ? 0 : 1;
        Wrong += wrong ? 1 : 0;
    }

    /// <summary>Counts processor time.</summary>
    internal void AddTime(double decodingSeconds, double syndromeSeconds)
    {
        DecodingSeconds += decodingSeconds;
        SyndromeSeconds += syndromeSeconds;
    }

    /// <summary>Adds another thread's frames.</summary>
    internal void Add(TrialResult other)
    {
        Frames += other.Frames;
        Bits += other.Bits;
        Rounds += other.Rounds;
        Iterations += other.Iterations;
        DisclosedBits += other.DisclosedBits;
        FirstRoundFailures += other.FirstRoundFailures;
        Failures += other.Failures;
        Wrong += other.Wrong;
        AddTime(other.DecodingSeconds, other.SyndromeSeconds);
    }
}
