namespace MdiQkd.VirtualBoard.Links;

/// <summary>Bytes under way in one direction; what does not fit is not taken. The owner locks.</summary>
/// <param name="capacity">Bytes that fit.</param>
internal sealed class ByteRing(int capacity)
{
    private readonly byte[] bytes = new byte[capacity];
    private int first;
    private int waiting;

    /// <summary>Takes as many bytes as fit.</summary>
    public int Put(ReadOnlySpan<byte> source)
    {
        int count = Math.Min(source.Length, capacity - waiting);
        int at = (first + waiting) % capacity;
        int whole = Math.Min(count, capacity - at);
        source[..whole].CopyTo(bytes.AsSpan(at));
        source[whole..count].CopyTo(bytes);
        waiting += count;
        return count;
    }

    /// <summary>Gives as many bytes as there are.</summary>
    public int Take(Span<byte> target)
    {
        int count = Math.Min(target.Length, waiting);
        int whole = Math.Min(count, capacity - first);
        bytes.AsSpan(first, whole).CopyTo(target);
        bytes.AsSpan(0, count - whole).CopyTo(target[whole..]);
        first = (first + count) % capacity;
        waiting -= count;
        return count;
    }
}
