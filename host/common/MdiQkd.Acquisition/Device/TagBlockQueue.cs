using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Packed tag blocks between the session's thread and one consumer, in buffers made once. What has no buffer is never asked for: the
/// credit that the session grants is the number of free buffers.
/// </summary>
internal sealed class TagBlockQueue
{
    private readonly Slot[] slots;
    private readonly ArrivalSignal arrived = new();
    private uint written;
    private uint read;
    private volatile bool isComplete;

    /// <summary>Makes the buffers.</summary>
    /// <param name="capacity">Blocks that may wait; a power of two.</param>
    public TagBlockQueue(int capacity)
    {
        if (capacity < 2 || !System.Numerics.BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "A power of two from 2 is needed.");
        }

        slots = [.. Enumerable.Range(0, capacity).Select(_ => new Slot())];
    }

    /// <summary>Blocks that may wait.</summary>
    public int Capacity => slots.Length;

    /// <summary>Free buffers. Any thread.</summary>
    public int Free => slots.Length - (int)(Volatile.Read(ref written) - Volatile.Read(ref read));

    /// <summary>Why nothing follows; valid when <see cref="TryPeek"/> yields null and <see cref="IsComplete"/>.</summary>
    public TimeTagError EndReason { get; private set; }

    /// <summary>Whether nothing more will be added.</summary>
    public bool IsComplete => isComplete;

    /// <summary>Adds a block. Session only.</summary>
    /// <param name="payload">Copied.</param>
    /// <param name="missingBlocks">Blocks before it that never came.</param>
    /// <returns>False if there is no free buffer.</returns>
    public bool TryAdd(ReadOnlySpan<byte> payload, uint missingBlocks)
    {
        if (Free == 0 || isComplete)
        {
            return false;
        }

        Slot slot = slots[written % (uint)slots.Length];
        payload.CopyTo(slot.Payload);
        slot.PayloadBytes = payload.Length;
        slot.MissingBlocks = missingBlocks;
        Volatile.Write(ref written, written + 1);
        arrived.Set();
        return true;
    }

    /// <summary>Says that nothing follows. Session only; the first reason stays.</summary>
    public void Complete(TimeTagError reason)
    {
        if (!isComplete)
        {
            EndReason = reason;
            isComplete = true;
            arrived.Set();
        }
    }

    /// <summary>Oldest block, or null. Consumer only; lent until <see cref="Release"/>.</summary>
    public Slot? TryPeek() => Volatile.Read(ref written) == read ? null : slots[read % (uint)slots.Length];

    /// <summary>Gives the oldest block back. Consumer only.</summary>
    public void Release() => Volatile.Write(ref read, read + 1);

    /// <summary>Waits until something was added or the queue is complete; may wake for nothing.</summary>
    public ValueTask WaitAsync(CancellationToken ct) => arrived.WaitAsync(ct);

    /// <summary>One buffer.</summary>
    internal sealed class Slot
    {
        /// <summary>Payload of a tag block; <see cref="PayloadBytes"/> are valid.</summary>
        public byte[] Payload { get; } = new byte[WireProtocol.PayloadBytesMax];

        /// <summary>Bytes of the payload.</summary>
        public int PayloadBytes { get; set; }

        /// <summary>Blocks before this one that were lost on the link.</summary>
        public uint MissingBlocks { get; set; }
    }
}
