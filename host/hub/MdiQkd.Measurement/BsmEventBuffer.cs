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
        Reserve(1);
        slots[Count] = slot;
        outcomes[Count++] = (byte)outcome;
    }

    /// <summary>Grows the columns so that <paramref name="count"/> more events fit.</summary>
    internal void Reserve(int count)
    {
        if (Count + count > slots.Length)
        {
            int grown = Math.Max(Count + count, 2 * slots.Length);
            Array.Resize(ref slots, grown);
            Array.Resize(ref outcomes, grown);
        }
    }

    /// <summary>Writes an event behind the last one and keeps it if told, without a branch; room was reserved.</summary>
    internal void AddIf(long slot, int outcome, int keep)
    {
        slots[Count] = slot;
        outcomes[Count] = (byte)outcome;
        Count += keep;
    }

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
