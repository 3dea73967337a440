namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Slots in which something may happen, in batches: every slot is a candidate with one fixed probability, independent of all others,
/// so the gaps are geometric and slots in between cost nothing. Each candidate has a random word of its own, to be accepted with.
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
    private readonly ulong[] words = new ulong[BatchSize];
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

    /// <summary>64 uniform bits for each slot of the batch.</summary>
    public ReadOnlySpan<ulong> Words => words;

    /// <summary>Draws the next batch.</summary>
    public void Next()
    {
        random.Fill(gaps);
        random.Fill(words);
        ReadOnlySpan<long> skipped = Exponential.WholeFromWords(gaps, slotsPerExponential, GapMax);
        long last = Math.Min(slots[BatchSize], SlotMax);
        Span<long> batch = slots.AsSpan(1, BatchSize);
        slots[0] = last;
        for (int i = 0; i < batch.Length; i++)
        {
            last += skipped[i] + 1;
            batch[i] = last;
        }

        slots[BatchSize + 1] = last;
        Position = 0;
    }

    /// <summary>End of the unused candidates of the batch that lie before a slot.</summary>
    public int EndBefore(long untilSlot)
    {
        ReadOnlySpan<long> batch = Slots;
        if (batch[^1] < untilSlot)
        {
            return BatchSize;
        }

        int end = Position;
        while (batch[end] < untilSlot)
        {
            end++;
        }

        return end;
    }

    /// <summary>Random words below this are a share of all words.</summary>
    public static ulong WordsOf(double share) => share >= 1 ? ulong.MaxValue : (ulong)(share * 18446744073709551616.0);

    private static double LogOfComplement(double p) => p < 1e-5 ? -p * (1 + (p * (0.5 + (p / 3)))) : Math.Log(1 - p);
}
