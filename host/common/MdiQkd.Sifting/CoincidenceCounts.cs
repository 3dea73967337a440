using MdiQkd.Protocol;

namespace MdiQkd.Sifting;

/// <summary>Announced events by the labels of A and B, and X-basis errors by label pair. Public data.</summary>
public sealed class CoincidenceCounts
{
    /// <summary>Different labels.</summary>
    internal const int Labels = 4;

    private readonly long[] counts;
    private readonly long[] errors;

    internal CoincidenceCounts(long[] counts, long[] errors)
    {
        this.counts = counts;
        this.errors = errors;
    }

    /// <summary>Events in which A sent <paramref name="a"/> and B sent <paramref name="b"/>.</summary>
    public long this[IntensityLabel a, IntensityLabel b] => counts[Index(a, b)];

    /// <summary>
    /// Those of them with an X-basis error: equal bits for |ψ⁻⟩ (B flips), different bits for |ψ⁺⟩ (no flip).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A label is not v or w: only X bits are disclosed.</exception>
    public long Errors(IntensityLabel a, IntensityLabel b)
    {
        RequireX(a, nameof(a));
        RequireX(b, nameof(b));
        return errors[Index(a, b)];
    }

    /// <summary>Whether all counts are the same.</summary>
    public bool Matches(CoincidenceCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return counts.AsSpan().SequenceEqual(other.counts) && errors.AsSpan().SequenceEqual(other.errors);
    }

    internal static int Index(IntensityLabel a, IntensityLabel b) => (Labels * (int)a) + (int)b;

    private static void RequireX(IntensityLabel label, string name)
    {
        if (label is not (IntensityLabel.V or IntensityLabel.W))
        {
            throw new ArgumentOutOfRangeException(name, label, "Errors are known for labels v and w only.");
        }
    }
}
