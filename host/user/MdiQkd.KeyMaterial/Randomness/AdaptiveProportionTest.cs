namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>
/// Adaptive proportion test of NIST SP 800-90B (January 2018), section 4.4.2: finds a source that has lost much of its entropy. The
/// first sample of each window of 512 is counted in the rest of it. Samples of one byte, hence not binary.
/// </summary>
public sealed class AdaptiveProportionTest
{
    /// <summary>W for samples that are not binary.</summary>
    public const int Window = 512;

    private int reference;
    private int count;
    private int seen;

    /// <summary>Makes the test for a claimed min-entropy H per sample and a false-alarm probability α = 2^−exponent.</summary>
    public AdaptiveProportionTest(double minEntropyBits, int falseAlarmExponent) =>
        Cutoff = CutoffFor(minEntropyBits, falseAlarmExponent);

    /// <summary>Occurrences in one window that fail the test.</summary>
    public int Cutoff { get; }

    /// <summary>
    /// C = 1 + critbinom(W, 2^−H, 1 − α), at most W: critbinom is the smallest k that a binomial variable exceeds with a probability of
    /// at most α. The upper tail is summed from its far end, since 1 − α is 1 in double precision.
    /// </summary>
    public static int CutoffFor(double minEntropyBits, int falseAlarmExponent)
    {
        double alpha = Math.ScaleB(1, -falseAlarmExponent);
        double log2Odds = -minEntropyBits - Math.Log2(1 - Math.Pow(2, -minEntropyBits));
        double log2Probability = -minEntropyBits * Window; // of k occurrences
        double tail = 0; // Pr[X > k]
        int k = Window;
        while (tail + Math.Pow(2, log2Probability) is var next && next <= alpha && k > 0)
        {
            tail = next;
            log2Probability += Math.Log2(k / (double)(Window - k + 1)) - log2Odds;
            k--;
        }

        return Math.Min(1 + k, Window);
    }

    /// <summary>Takes the next samples; false once the test has failed.</summary>
    public bool Accept(ReadOnlySpan<byte> samples)
    {
        foreach (byte sample in samples)
        {
            if (seen == 0)
            {
                (reference, count) = (sample, 0);
            }

            count += sample == reference ? 1 : 0;
            if (count >= Cutoff)
            {
                return false;
            }

            seen = (seen + 1) % Window;
        }

        return true;
    }
}
