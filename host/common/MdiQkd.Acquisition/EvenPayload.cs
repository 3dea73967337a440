using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Acquisition;

/// <summary>
/// Payload of a tag frame whose values all take the same number of bytes. Where rates are steady, few values would fit in less than the
/// longest, and no lengths are to be read: a fixed shuffle unpacks eight tags.
/// </summary>
internal static class EvenPayload
{
    /// <summary>Offsets from the first tag stay below this, ps, where they are decoded as 32-bit numbers.</summary>
    private const uint OffsetPsMax = 1u << 31;

    // Steps of whole values: eight of them must show in the sign bit of a sum, before it wraps.
    private const int OffsetBytesMax = 3;

    public static bool IsAccelerated => Avx2.IsSupported && Sse42.X64.IsSupported;

    /// <summary>Bytes of the longest value.</summary>
    public static int ValueBytes(ReadOnlySpan<long> timesPs, int channelBits)
    {
        long longest = 0;
        for (int i = 1; i < timesPs.Length; i++)
        {
            longest = Math.Max(longest, timesPs[i] - timesPs[i - 1]);
        }

        return 1 + (BitOperations.Log2((((ulong)longest << channelBits) | ((1ul << channelBits) - 1)) | 1) >> 3);
    }

    /// <summary>Encodes tags that were checked; the step of the first tag is 0.</summary>
    /// <param name="timesPs">Ascending times.</param>
    /// <param name="channels">Channels, as many.</param>
    /// <param name="channelBits">0 to 8.</param>
    /// <param name="valueBytes">What <see cref="ValueBytes"/> says.</param>
    /// <param name="destination">Exactly as long as the payload.</param>
    public static void Encode(
        ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, int channelBits, int valueBytes, Span<byte> destination)
    {
        Span<byte> value = stackalloc byte[sizeof(uint)];
        for (int i = 0; i < timesPs.Length; i++)
        {
            uint step = i == 0 ? 0 : (uint)(timesPs[i] - timesPs[i - 1]);
            BinaryPrimitives.WriteUInt32LittleEndian(value, (step << channelBits) | channels[i]);
            value[..valueBytes].CopyTo(destination[(i * valueBytes)..]);
        }
    }

    /// <summary>Decodes a payload into a block, as offsets if times are near each other; the result is the same on both paths.</summary>
    /// <param name="payload">The payload, whole values.</param>
    /// <param name="frame">Its header.</param>
    /// <param name="block">Empty; gets the tags and their count.</param>
    /// <param name="accelerated">Whether vectors may be used.</param>
    /// <param name="register">Register of the checksum, which is fed with the payload.</param>
    /// <returns>False if a step is too long; the block is then void.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> payload, in TagFrame frame, TimeTagBlock block, bool accelerated, ref uint register)
    {
        if (accelerated && frame.ValueBytes <= OffsetBytesMax)
        {
            return TryDecodeOffsets(payload, frame, block, ref register) || TryDecodeTimes(payload, frame, block);
        }

        register = Crc32C.Update(register, payload);
        return TryDecodeTimes(payload, frame, block);
    }

    private static bool TryDecodeTimes(ReadOnlySpan<byte> payload, in TagFrame frame, TimeTagBlock block)
    {
        block.Clear();
        block.EnsureCapacity(frame.Count);
        long timePs = frame.FirstPs;
        uint allSteps = 0;
        uint channelMask = (1u << frame.ChannelBits) - 1;
        for (int i = 0; i < frame.Count; i++)
        {
            uint value = ValueAt(payload, i * frame.ValueBytes, frame.ValueBytes);
            uint step = value >> frame.ChannelBits;
            allSteps |= step;
            timePs += step;
            block.TimesPs[i] = timePs;
            block.Channels[i] = (byte)(value & channelMask);
        }

        block.Count = frame.Count;
        return allSteps <= (uint)TagFrame.StepPsMax(frame.ChannelBits);
    }

    private static uint ValueAt(ReadOnlySpan<byte> payload, int at, int valueBytes)
    {
        uint value = 0;
        for (int b = 0; b < valueBytes; b++)
        {
            value |= (uint)payload[at + b] << (8 * b);
        }

        return value;
    }

    // False if the offsets may not be what they seem.
    private static bool TryDecodeOffsets(ReadOnlySpan<byte> payload, in TagFrame frame, TimeTagBlock block, ref uint register)
    {
        Span<uint> offsets = block.HoldOffsets(frame.FirstPs, frame.Count);
        uint last = 0;
        int done = DecodeVectors(
            payload, frame, offsets[..frame.Count], block.Channels.AsSpan(0, frame.Count), ref last, out bool sound, ref register);
        register = Crc32C.Update(register, payload[(done * frame.ValueBytes)..]);
        uint channelMask = (1u << frame.ChannelBits) - 1;
        for (int i = done; i < frame.Count; i++)
        {
            uint value = ValueAt(payload, i * frame.ValueBytes, frame.ValueBytes);
            last += value >> frame.ChannelBits;
            sound &= last < OffsetPsMax;
            offsets[i] = last;
            block.Channels[i] = (byte)(value & channelMask);
        }

        block.Count = frame.Count;
        return sound;
    }

    /// <summary>
    /// Decodes as many groups of eight as may be read 16 bytes at a time; yields the tags done. The checksum runs along: its chain of
    /// instructions, 3 cycles each, is shorter than the work of a group and takes none of the units that this needs.
    /// </summary>
    private static int DecodeVectors(
        ReadOnlySpan<byte> payload, in TagFrame frame, Span<uint> offsets, Span<byte> channels, ref uint lastOffset, out bool sound,
        ref uint register)
    {
        ulong checksum = register;
        ref byte value = ref MemoryMarshal.GetReference(payload);
        ref uint offset = ref MemoryMarshal.GetReference(offsets);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        nint four = 4 * frame.ValueBytes;
        nint eight = 2 * four;
        nint groups = payload.Length < four + 16 ? 0 : Math.Min(offsets.Length / 8, ((payload.Length - four - 16) / eight) + 1);
        nint end = 8 * groups;
        Vector128<byte> lanes = Spread(frame.ValueBytes);
        Vector256<byte> spread = Vector256.Create(lanes, lanes);
        Vector256<byte> gather = Vector256.Create((ulong)0x8080_8080_0C08_0400, ulong.MaxValue, 0x0C08_0400_8080_8080, ulong.MaxValue).AsByte();
        Vector256<uint> channelMask = Vector256.Create((1u << frame.ChannelBits) - 1);
        Vector128<uint> shift = Vector128.CreateScalar((uint)frame.ChannelBits);
        Vector256<int> lastLane = Vector256.Create(7);
        Vector256<uint> last = default;
        Vector256<uint> all = default;
        for (nint i = 0; i < end; i += 8)
        {
            Vector256<uint> packed = Avx2.Shuffle(
                Vector256.Create(Vector128.LoadUnsafe(ref value), Vector128.LoadUnsafe(ref value, (nuint)four)), spread).AsUInt32();
            checksum = Sse42.X64.Crc32(checksum, Unsafe.ReadUnaligned<ulong>(ref value));
            if (eight > 8)
            {
                checksum = Sse42.X64.Crc32(checksum, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref value, 8)));
                if (eight > 16)
                {
                    checksum = Sse42.X64.Crc32(checksum, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref value, 16)));
                }
            }

            value = ref Unsafe.Add(ref value, eight);

            // The low bytes of four channels in the lower half of the lower lane, of the others in the upper half of the upper lane.
            Vector256<byte> channelOf = Avx2.Shuffle((packed & channelMask).AsByte(), gather);
            Unsafe.WriteUnaligned(
                ref Unsafe.Add(ref channel, i), (channelOf.GetLower() | channelOf.GetUpper()).AsUInt64().ToScalar());

            // Sums within four, then the sum of the lower four on the upper ones, then all before.
            Vector256<uint> step = Avx2.ShiftRightLogical(packed, shift);
            step += Avx2.ShiftLeftLogical128BitLane(step, 4);
            step += Avx2.ShiftLeftLogical128BitLane(step, 8);
            Vector256<uint> sums = Avx2.Shuffle(step, 0xFF);
            step += Avx2.Permute2x128(sums, sums, 0x08);
            Vector256<uint> these = step + last;
            last += Avx2.PermuteVar8x32(step.AsInt32(), lastLane).AsUInt32();
            all |= these;
            these.StoreUnsafe(ref offset, (nuint)i);
        }

        register = (uint)checksum;
        lastOffset = last[0];
        sound = (all & Vector256.Create(OffsetPsMax)) == Vector256<uint>.Zero;
        return (int)end;
    }

    private static Vector128<byte> Spread(int valueBytes)
    {
        Span<byte> shuffle = stackalloc byte[16];
        for (int i = 0; i < 16; i++)
        {
            shuffle[i] = (byte)(i % 4 < valueBytes ? ((i / 4) * valueBytes) + (i % 4) : 0x80);
        }

        return Vector128.Create((ReadOnlySpan<byte>)shuffle);
    }
}
