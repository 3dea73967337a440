namespace MdiQkd.Protocol;

/// <summary>
/// Canonical bytes of the events of one session, as they enter the first authentication tag and the journal: for each event
/// the LEB128 varint of (slot − previous slot) · 2 + outcome, where the slot before the first is −1. Independent of how the
/// hub cut the list into batches.
/// </summary>
public static class EventListEncoding
{
    /// <summary>Longest encoding of one event.</summary>
    public const int EventBytesMax = 10;

    /// <summary>Appends events.</summary>
    /// <param name="slots">Slots [events], strictly ascending and above <paramref name="previousSlot"/>.</param>
    /// <param name="outcomes">Outcomes [events], <see cref="BellState"/> values.</param>
    /// <param name="previousSlot">Slot before the first; −1 at the start of a session. Set to the last slot written.</param>
    /// <param name="destination">At least <see cref="EventBytesMax"/> bytes per event.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(
        ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes, ref long previousSlot, Span<byte> destination)
    {
        int position = 0;
        long previous = previousSlot;
        for (int index = 0; index < slots.Length; index++)
        {
            ulong value = ((ulong)(slots[index] - previous) << 1) | outcomes[index];
            previous = slots[index];
            while (value >= 0x80)
            {
                destination[position++] = (byte)(value | 0x80);
                value >>= 7;
            }

            destination[position++] = (byte)value;
        }

        previousSlot = previous;
        return position;
    }

    /// <summary>Reads <c>slots.Length</c> events back; the inverse of <see cref="Encode"/>.</summary>
    /// <returns>Bytes read, or 0 if the source is truncated, overlong or not ascending.</returns>
    public static int Decode(ReadOnlySpan<byte> source, ref long previousSlot, Span<long> slots, Span<byte> outcomes)
    {
        int position = 0;
        long previous = previousSlot;
        for (int index = 0; index < slots.Length; index++)
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (position >= source.Length || shift > 63)
                {
                    return 0;
                }

                byte next = source[position++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    break;
                }
            }

            long slot = previous + (long)(value >> 1);
            if (slot <= previous)
            {
                return 0;
            }

            slots[index] = slot;
            outcomes[index] = (byte)(value & 1);
            previous = slot;
        }

        previousSlot = previous;
        return position;
    }
}
