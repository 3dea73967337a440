using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>Bell-state measurement events in columns, slots strictly ascending; the owner clears and reuses it.</summary>
public sealed class BsmEventBuffer
{
    private long[] slots;
    private byte[] outcomes;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">Events that fit before the columns grow.</param>
    public BsmEventBuffer(int capacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        slots = new long[capacity];
        outcomes = new byte[capacity];
    }

    /// <summary>Valid events at the start of the columns.</summary>
    public int Count { get; private set; }

    /// <summary>Slot index within the session; [<see cref="Count"/>] are valid.</summary>
    public long[] Slots => slots;

    /// <summary><see cref="BellState"/> of each event; [<see cref="Count"/>] are valid.</summary>
    public byte[] Outcomes => outcomes;

    /// <summary>Event <paramref name="index"/>.</summary>
    public BsmEvent this[int index] => index < Count
        ? new BsmEvent(slots[index], (BellState)outcomes[index])
        : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Appends an event; the caller keeps the order.</summary>
    public void Add(long slot, BellState outcome)
    {
        Reserve(1, out Span<long> nextSlots, out Span<byte> nextOutcomes);
        nextSlots[0] = slot;
        nextOutcomes[0] = (byte)outcome;
        Advance(1);
    }

    /// <summary>Grows the columns so that more events fit, and yields the place for them.</summary>
    internal void Reserve(int count, out Span<long> nextSlots, out Span<byte> nextOutcomes)
    {
        if (Count + count > slots.Length)
        {
            int grown = Math.Max(Count + count, 2 * slots.Length);
            Array.Resize(ref slots, grown);
            Array.Resize(ref outcomes, grown);
        }

        nextSlots = slots.AsSpan(Count);
        nextOutcomes = outcomes.AsSpan(Count);
    }

    /// <summary>Takes events that were written to the place reserved.</summary>
    internal void Advance(int count) => Count += count;

    /// <summary>Events below a slot.</summary>
    public int CountBelow(long slot)
    {
        int index = slots.AsSpan(0, Count).BinarySearch(slot);
        return index < 0 ? ~index : index;
    }

    /// <summary>Drops the first <paramref name="count"/> events.</summary>
    public void RemoveFirst(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        slots.AsSpan(count, Count - count).CopyTo(slots);
        outcomes.AsSpan(count, Count - count).CopyTo(outcomes);
        Count -= count;
    }

    /// <summary>Empties the buffer.</summary>
    public void Clear() => Count = 0;
}
