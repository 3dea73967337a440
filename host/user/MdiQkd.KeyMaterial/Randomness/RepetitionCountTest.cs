namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>
/// Repetition count test of NIST SP 800-90B (January 2018), section 4.4.1: finds a source that is stuck. Samples of one byte.
/// </summary>
public sealed class RepetitionCountTest
{
    private int last = -1;
    private int count;

    /// <summary>Makes the test for a claimed min-entropy H per sample and a false-alarm probability α = 2^−exponent.</summary>
    public RepetitionCountTest(double minEntropyBits, int falseAlarmExponent) =>
        Cutoff = CutoffFor(minEntropyBits, falseAlarmExponent);

    /// <summary>Samples in a row that fail the test.</summary>
    public int Cutoff { get; }

    /// <summary>C = 1 + ⌈−log2 α / H⌉.</summary>
    public static int CutoffFor(double minEntropyBits, int falseAlarmExponent) =>
        1 + (int)Math.Ceiling(falseAlarmExponent / minEntropyBits);

    /// <summary>Takes the next samples; false once the test has failed.</summary>
    public bool Accept(ReadOnlySpan<byte> samples)
    {
        foreach (byte sample in samples)
        {
            count = sample == last ? count + 1 : 1;
            last = sample;
            if (count >= Cutoff)
            {
                return false;
            }
        }

        return true;
    }
}
