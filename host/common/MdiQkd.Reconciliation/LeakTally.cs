namespace MdiQkd.Reconciliation;

/// <summary>
/// Counts <c>leakEc</c>: the bits that the key reference A disclosed about its string in error correction, exactly as
/// PROTOCOL 5.2. Each user keeps its own tally from what it really sent.
/// </summary>
/// <remarks>
/// A's syndrome counts once (B's is a function of it and of the public error pattern). All rows of a code have full rank
/// and there are no punctured columns, so a syndrome costs its length. No frame can cost more than its real bits: a
/// failed frame is disclosed whole and costs exactly those, and a short last frame is capped at them.
/// </remarks>
public sealed class LeakTally
{
    /// <summary>Bits disclosed so far.</summary>
    public long Bits { get; private set; }

    /// <summary>Sifted bits of the frames counted so far.</summary>
    public long SiftedBits { get; private set; }

    /// <summary>Frames counted so far.</summary>
    public int Frames { get; private set; }

    /// <summary>Of these, the frames disclosed whole.</summary>
    public int FailedFrames { get; private set; }

    /// <summary>Counts a frame that was corrected.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="rounds">Rounds whose syndromes A sent, 1 to <see cref="ReconciliationCode.Rounds"/>.</param>
    /// <param name="realBits">Bits of the frame that are not public zeros, 1 to the code's length.</param>
    public void AddCorrected(ReconciliationCode code, int rounds, int realBits)
    {
        Check(code, realBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Add(Math.Min(code.SyndromeLength(rounds), realBits), realBits);
    }

    /// <summary>Counts a frame that failed and was disclosed whole; its syndromes are contained in that.</summary>
    public void AddFailed(ReconciliationCode code, int realBits)
    {
        Check(code, realBits);
        Add(realBits, realBits);
        FailedFrames++;
    }

    private static void Check(ReconciliationCode code, int realBits)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentOutOfRangeException.ThrowIfLessThan(realBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(realBits, code.Length);
    }

    private void Add(int bits, int realBits)
    {
        Bits += bits;
        SiftedBits += realBits;
        Frames++;
    }
}
