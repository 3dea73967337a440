using System.Buffers.Binary;

namespace MdiQkd.Protocol;

/// <summary>
/// Bytes of an <see cref="AnnouncementBatch"/>: version, session id, sequence number, first slot, count, then per event the step
/// to the slot before with the outcome as lowest bit, as a variable-length number of 7 bits a byte. 45,000 events/s of 200 MHz
/// slots take 2.2 bytes each. shared/protocol/ANNOUNCEMENT-BATCH.md is normative.
/// </summary>
public static class AnnouncementBatchCodec
{
    /// <summary>Bytes before the first event.</summary>
    public const int HeaderBytes = 33;

    /// <summary>Bytes of the longest event.</summary>
    public const int EventBytesMax = 9;

    private const int SessionOffset = 1;
    private const int SequenceOffset = 17;
    private const int FirstSlotOffset = 21;
    private const int CountOffset = 29;

    /// <summary>Encodes a batch.</summary>
    /// <param name="session">Session of the slots.</param>
    /// <param name="sequence">Number of the batch in its session.</param>
    /// <param name="slots">Strictly ascending, 0 to <see cref="AnnouncementBatch.SlotMax"/>.</param>
    /// <param name="outcomes">As many; 0 or 1.</param>
    /// <returns>A new array.</returns>
    /// <exception cref="ArgumentException">Too many events, slots that do not ascend, or an unknown outcome.</exception>
    public static byte[] Encode(SessionId session, uint sequence, ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes)
    {
        if (slots.Length > AnnouncementBatch.EventsMax || outcomes.Length != slots.Length)
        {
            throw new ArgumentException(
                $"{slots.Length} slots and {outcomes.Length} outcomes: a batch has up to {AnnouncementBatch.EventsMax} of both.",
                nameof(slots));
        }

        byte[] bytes = new byte[HeaderBytes + (EventBytesMax * slots.Length)];
        long first = slots.IsEmpty ? 0 : slots[0];
        bytes[0] = AnnouncementBatch.Version;
        session.Write(bytes.AsSpan(SessionOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SequenceOffset), sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FirstSlotOffset), first);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CountOffset), (uint)slots.Length);
        int at = HeaderBytes;
        long previous = first - 1;
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] <= previous || slots[i] is < 0 or > AnnouncementBatch.SlotMax || outcomes[i] > 1)
            {
                throw new ArgumentException($"Event {i} has a slot or an outcome that cannot be announced.", nameof(slots));
            }

            ulong value = ((ulong)(slots[i] - previous) << 1) | outcomes[i];
            previous = slots[i];
            for (; value >= 0x80; value >>= 7)
            {
                bytes[at++] = (byte)(value | 0x80);
            }

            bytes[at++] = (byte)value;
        }

        return bytes[..at];
    }

    /// <summary>Encodes a batch.</summary>
    public static byte[] Encode(AnnouncementBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Encode(batch.Session, batch.Sequence, batch.Slots, batch.Outcomes);
    }

    /// <summary>Decodes bytes that an untrusted hub sent.</summary>
    /// <param name="source">One batch and nothing else.</param>
    /// <param name="batch">The batch, or null.</param>
    /// <returns>What is wrong, or <see cref="AnnouncementBatchFault.None"/>.</returns>
    public static AnnouncementBatchFault TryDecode(ReadOnlySpan<byte> source, out AnnouncementBatch? batch)
    {
        batch = null;
        if (source.Length < HeaderBytes)
        {
            return AnnouncementBatchFault.Truncated;
        }

        if (source[0] != AnnouncementBatch.Version)
        {
            return AnnouncementBatchFault.Version;
        }

        long first = BinaryPrimitives.ReadInt64LittleEndian(source[FirstSlotOffset..]);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(source[CountOffset..]);
        if (count > AnnouncementBatch.EventsMax)
        {
            return AnnouncementBatchFault.TooManyEvents;
        }

        if (first is < 0 or > AnnouncementBatch.SlotMax || (count == 0 && first != 0))
        {
            return AnnouncementBatchFault.SlotOverflow;
        }

        // Every event has at least a byte, so that a lying count cannot make us allocate more than a few times the message.
        ReadOnlySpan<byte> events = source[HeaderBytes..];
        if (events.Length < count)
        {
            return AnnouncementBatchFault.Truncated;
        }

        long[] slots = new long[count];
        byte[] outcomes = new byte[count];
        AnnouncementBatchFault fault = DecodeEvents(events, first, slots, outcomes);
        if (fault == AnnouncementBatchFault.None)
        {
            batch = new AnnouncementBatch(
                SessionId.Read(source[SessionOffset..]),
                BinaryPrimitives.ReadUInt32LittleEndian(source[SequenceOffset..]),
                slots,
                outcomes);
        }

        return fault;
    }

    private static AnnouncementBatchFault DecodeEvents(
        ReadOnlySpan<byte> events, long first, Span<long> slots, Span<byte> outcomes)
    {
        int at = 0;
        long previous = first - 1;
        for (int i = 0; i < slots.Length; i++)
        {
            AnnouncementBatchFault fault = ReadNumber(events, ref at, out ulong value);
            if (fault != AnnouncementBatchFault.None)
            {
                return fault;
            }

            long step = (long)(value >> 1);
            if (step == 0 || (i == 0 && step != 1))
            {
                return AnnouncementBatchFault.NotAscending;
            }

            if (step > AnnouncementBatch.SlotMax - previous)
            {
                return AnnouncementBatchFault.SlotOverflow;
            }

            previous += step;
            slots[i] = previous;
            outcomes[i] = (byte)(value & 1);
        }

        return at == events.Length ? AnnouncementBatchFault.None : AnnouncementBatchFault.TrailingBytes;
    }

    private static AnnouncementBatchFault ReadNumber(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 7 * EventBytesMax; shift += 7)
        {
            if (at == source.Length)
            {
                return AnnouncementBatchFault.Truncated;
            }

            byte b = source[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return b == 0 && shift > 0 ? AnnouncementBatchFault.NotCanonical : AnnouncementBatchFault.None;
            }
        }

        return AnnouncementBatchFault.SlotOverflow;
    }
}
