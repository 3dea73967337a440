namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Slots in which something may happen, in batches: every slot is a candidate with one fixed probability, independent of all others,
/// so the gaps are geometric and slots in between cost nothing.
/// </summary>
internal sealed class CandidateSlots
{
    /// <summary>Candidates of a batch.</summary>
    public const int BatchSize = 512;

    // Longer than any session, and so short that the sum of a batch cannot wrap.
    private const double GapMax = 1L << 51;
    private const long SlotMax = 1L << 61;

    private readonly PhysicsRandom random;
    private readonly double slotsPerExponential; // gap = floor(exponential / −ln(1 − p)) is geometric
    private readonly long[] slots = new long[BatchSize + 2];
    private readonly ulong[] gaps = new ulong[BatchSize];

    public CandidateSlots(PhysicsRandom random, double probability, long firstSlot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        this.random = random;
        slotsPerExponential = probability == 0 ? double.MaxValue : -1 / LogOfComplement(probability);
        slots[BatchSize] = firstSlot - 1;
        Position = BatchSize;
    }

    /// <summary>First candidate of the batch that has not been used.</summary>
    public int Position { get; set; }

    /// <summary>Whether all of the batch have been used.</summary>
    public bool IsUsedUp => Position == BatchSize;

    /// <summary>Slots of the batch.</summary>
    public ReadOnlySpan<long> Slots => slots.AsSpan(1, BatchSize);

    /// <summary>The slot before the batch's first, the batch, and its last slot once more.</summary>
    public ReadOnlySpan<long> SlotsAndNeighbours => slots;

    /// <summary>Draws the next batch.</summary>
    public void Next()
    {
        random.Fill(gaps);
        ReadOnlySpan<long> steps = Exponential.GeometricFromWords(gaps, slotsPerExponential, GapMax);
        long last = Math.Min(slots[BatchSize], SlotMax);
        slots[0] = last;
        Span<long> batch = slots.AsSpan(1, BatchSize);
        for (int i = 0; i < batch.Length; i++)
        {
            last += steps[i];
            batch[i] = last;
        }

        slots[BatchSize + 1] = last;
        Position = 0;
    }

    /// <summary>Draws 64 uniform bits for each of some candidates, to be accepted with.</summary>
    public void DrawWords(Span<ulong> words) => random.Fill(words);

    /// <summary>End of the unused candidates of the batch that lie before a slot.</summary>
    public int EndBefore(long untilSlot) => EndBefore(Slots, Position, untilSlot);

    /// <summary>Place of the first slot, from a place on, that does not lie before another one.</summary>
    /// <param name="slots">Slots in order, at least one.</param>
    /// <param name="first">First place.</param>
    /// <param name="untilSlot">The other slot.</param>
    public static int EndBefore(ReadOnlySpan<long> slots, int first, long untilSlot)
    {
        if (slots[^1] < untilSlot)
        {
            return slots.Length;
        }

        int end = first;
        while (slots[end] < untilSlot)
        {
            end++;
        }

        return end;
    }

    /// <summary>Random words below this are a share of all words.</summary>
    public static ulong WordsOf(double share) => share >= 1 ? ulong.MaxValue : (ulong)(share * 18446744073709551616.0);

    private static double LogOfComplement(double p) => p < 1e-5 ? -p * (1 + (p * (0.5 + (p / 3)))) : Math.Log(1 - p);
}
