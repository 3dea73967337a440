using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Unpacks the items of a tag block (shared/protocol/WIRE.md, section 9), four at a time where the processor has AVX2; groups that
/// hold a pause are taken one by one, they are rare. Yields ticks; <see cref="TickScale"/> turns them into time.
/// </summary>
public static class TagBlockDecoder
{
    /// <summary>Elements behind the last tag that may be overwritten: a group of four is stored whole.</summary>
    public const int Slack = 4;

    /// <summary>Whether four items at a time are decoded on this machine.</summary>
    public static bool IsAccelerated => Avx2.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Unpacks the tags of a payload whose header was decoded.</summary>
    /// <param name="header">Filled by <see cref="TagBlock.Decode"/> from the same payload.</param>
    /// <param name="payload">The whole payload, header included.</param>
    /// <param name="ticks">Ascending; at least <see cref="TagBlock.TagCount"/> and <see cref="Slack"/>.</param>
    /// <param name="channels">At least as many.</param>
    /// <returns>Whether items, counts and end fit the header; if not, the output is void.</returns>
    public static bool TryDecode(TagBlock header, ReadOnlySpan<byte> payload, Span<long> ticks, Span<byte> channels) =>
        TryDecode(header, payload, ticks, channels, IsAccelerated);

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal static bool TryDecode(
        TagBlock header, ReadOnlySpan<byte> payload, Span<long> ticks, Span<byte> channels, bool accelerated)
    {
        ArgumentNullException.ThrowIfNull(header);
        int items = header.ItemCount;
        ReadOnlySpan<byte> controls = payload.Slice(TagBlock.HeaderBytes, (items + 3) / 4);
        ReadOnlySpan<byte> values = payload[(TagBlock.HeaderBytes + controls.Length)..];
        if (items == 0)
        {
            return values.IsEmpty;
        }

        if (!PackedQuads.LengthsFit(controls, items, values.Length))
        {
            return false;
        }

        // Stores are not checked one by one: these slices are.
        ticks = ticks[..(header.TagCount + Slack)];
        channels = channels[..(header.TagCount + Slack)];
        Position position = new(header.FirstTick);
        uint pause = (uint)TagBlock.PauseChannel(header.ChannelBits);
        uint firstValue = Value(controls, values, 0, out _);
        if ((firstValue & pause) == pause || firstValue >> header.ChannelBits != 0)
        {
            return false;
        }

        bool fits = (!accelerated || TryDecodeQuads(header, controls, values, ticks, channels, ref position))
            && TryDecodeItems(header, controls, values, items, ticks, channels, ref position);
        return fits && position.Tags == header.TagCount && position.Tick <= header.EndTick;
    }

    private static uint Value(ReadOnlySpan<byte> controls, ReadOnlySpan<byte> values, int item, out int length) =>
        ValueAt(controls, values, item, 0, out length);

    private static uint ValueAt(ReadOnlySpan<byte> controls, ReadOnlySpan<byte> values, int item, int at, out int length)
    {
        length = ((controls[item >> 2] >> (2 * (item & 3))) & 3) + 1;
        uint value = 0;
        for (int b = 0; b < length; b++)
        {
            value |= (uint)values[at + b] << (8 * b);
        }

        return value;
    }

    /// <summary>Takes items one by one up to <paramref name="untilItem"/>.</summary>
    private static bool TryDecodeItems(
        TagBlock header, ReadOnlySpan<byte> controls, ReadOnlySpan<byte> values, int untilItem, Span<long> ticks,
        Span<byte> channels, ref Position position)
    {
        int channelBits = header.ChannelBits;
        int stepBits = TagBlock.StepBits(channelBits);
        uint pause = (uint)TagBlock.PauseChannel(channelBits);
        for (; position.Item < untilItem; position.Item++)
        {
            uint value = ValueAt(controls, values, position.Item, position.At, out int length);
            position.At += length;
            uint channel = value & pause;
            if (channel == pause)
            {
                // Looked at here and not at the end: a few thousand of the longest pauses would overflow.
                position.Tick += (long)(value >> channelBits) << stepBits;
                if (position.Tick > header.EndTick)
                {
                    return false;
                }

                continue;
            }

            if (position.Tags == header.TagCount)
            {
                return false;
            }

            position.Tick += value >> channelBits;
            ticks[position.Tags] = position.Tick;
            channels[position.Tags++] = (byte)channel;
        }

        return true;
    }

    /// <summary>Takes as many whole groups of four as may be read 16 bytes at a time.</summary>
    private static bool TryDecodeQuads(
        TagBlock header, ReadOnlySpan<byte> controls, ReadOnlySpan<byte> values, Span<long> ticks, Span<byte> channels,
        ref Position position)
    {
        ref byte control = ref MemoryMarshal.GetReference(controls);
        ref byte value = ref MemoryMarshal.GetReference(values);
        ref long tick = ref MemoryMarshal.GetReference(ticks);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref Vector128<byte> shuffles = ref MemoryMarshal.GetArrayDataReference(PackedQuads.Shuffles);
        ref byte lengths = ref MemoryMarshal.GetArrayDataReference(PackedQuads.Bytes);
        Vector128<uint> pause = Vector128.Create((uint)TagBlock.PauseChannel(header.ChannelBits));
        Vector128<uint> shift = Vector128.CreateScalar((uint)header.ChannelBits);
        Vector128<byte> gather = Vector128.Create(0, 4, 8, 12, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128);
        Vector256<long> last = Vector256.Create(position.Tick);
        int quads = header.ItemCount / 4;
        int tagsMax = header.TagCount;
        int at = 0;
        int tags = 0;
        int quad = 0;

        // The lengths were summed before: values of a group occupy at .. at + 15 at most, all inside the payload. A group begins
        // with room for four tags and the slack; tags never exceed the header's count by more than one group.
        for (; quad < quads && at + 16 <= values.Length && tags <= tagsMax; quad++)
        {
            int c = Unsafe.Add(ref control, quad);
            Vector128<uint> packed = Ssse3.Shuffle(
                Vector128.LoadUnsafe(ref value, (nuint)at), Unsafe.Add(ref shuffles, c)).AsUInt32();
            Vector128<uint> channelOf = packed & pause;
            if (Vector128.EqualsAny(channelOf, pause))
            {
                position = new Position(last[0]) { Item = 4 * quad, At = at, Tags = tags };
                if (!TryDecodeItems(header, controls, values, (4 * quad) + 4, ticks, channels, ref position))
                {
                    return false;
                }

                at = position.At;
                tags = position.Tags;
                last = Vector256.Create(position.Tick);
                continue;
            }

            at += Unsafe.Add(ref lengths, c);
            Unsafe.WriteUnaligned(
                ref Unsafe.Add(ref channel, tags), Ssse3.Shuffle(channelOf.AsByte(), gather).AsUInt32().ToScalar());

            // Steps are below 2^30, so that the sum of four fits a lane.
            Vector128<uint> step = Sse2.ShiftRightLogical(packed, shift);
            step += Sse2.ShiftLeftLogical128BitLane(step, 4);
            step += Sse2.ShiftLeftLogical128BitLane(step, 8);
            Vector256<long> times = Avx2.ConvertToVector256Int64(step) + last;
            times.StoreUnsafe(ref tick, (nuint)tags);
            last = Avx2.Permute4x64(times, 0xFF);
            tags += 4;
        }

        position = new Position(last[0]) { Item = 4 * quad, At = at, Tags = tags };
        return tags <= tagsMax;
    }

    private struct Position(long tick)
    {
        public int Item;
        public int At;
        public int Tags;
        public long Tick = tick;
    }
}
