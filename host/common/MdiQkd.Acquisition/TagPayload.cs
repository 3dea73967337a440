using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Acquisition;

/// <summary>
/// Payload of a tag frame. Each tag is a 32-bit value, step to the tag before in picoseconds above the channel bits, stored
/// in its 1 to 4 low bytes; the lengths (minus one) of four tags share a control byte, first tag lowest; all control bytes
/// precede all value bytes. Lengths apart from values let a shuffle unpack four tags at once: <see cref="PackedQuads"/>.
/// </summary>
public static class TagPayload
{
    /// <summary>Whether four tags at a time are decoded on this machine.</summary>
    public static bool IsAccelerated => Avx2.IsSupported && BitConverter.IsLittleEndian;

    // First byte of each 32-bit lane.
    private static Vector128<byte> Gather =>
        Vector128.Create(0, 4, 8, 12, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128);

    /// <summary>Bytes of the longest payload of <paramref name="count"/> tags.</summary>
    public static int BytesMax(int count) => ((count + 3) / 4) + (4 * count);

    /// <summary>Encodes tags; the step of the first tag is 0.</summary>
    /// <param name="timesPs">Ascending times; steps up to <see cref="TagFrame.StepPsMax"/>.</param>
    /// <param name="channels">Channels below 2^<paramref name="channelBits"/>; same length.</param>
    /// <param name="channelBits">0 to 8.</param>
    /// <param name="destination">At least <see cref="BytesMax"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">Times descend, or a step or a channel does not fit.</exception>
    public static int Encode(
        ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, int channelBits, Span<byte> destination)
    {
        int count = timesPs.Length;
        channels = channels[..count];
        destination = destination[..BytesMax(count)];
        Span<byte> controls = destination[..((count + 3) / 4)];
        controls.Clear();
        int at = controls.Length;
        long previous = count == 0 ? 0 : timesPs[0];
        ulong allSteps = 0;
        uint allChannels = 0;
        for (int i = 0; i < count; i++)
        {
            ulong step = (ulong)(timesPs[i] - previous);
            previous = timesPs[i];
            allSteps |= step;
            allChannels |= channels[i];
            uint value = ((uint)step << channelBits) | channels[i];
            int lengthLess1 = (31 - BitOperations.LeadingZeroCount(value | 1)) >> 3;
            controls[i >> 2] |= (byte)(lengthLess1 << (2 * (i & 3)));
            BinaryPrimitives.WriteUInt32LittleEndian(destination[at..], value);
            at += lengthLess1 + 1;
        }

        if (allSteps > (ulong)TagFrame.StepPsMax(channelBits) || allChannels >= 1u << channelBits)
        {
            throw new ArgumentException(
                "Times must ascend by at most TagFrame.StepPsMax and channels must fit their bits.", nameof(timesPs));
        }

        return at;
    }

    /// <summary>Decodes exactly the tags of a payload.</summary>
    /// <param name="payload">The payload and nothing else.</param>
    /// <param name="count">Tags; at least ceil(count/4) + count bytes of payload.</param>
    /// <param name="firstPs">Time from which the first step counts.</param>
    /// <param name="channelBits">0 to 8.</param>
    /// <param name="timesPs">At least <paramref name="count"/>.</param>
    /// <param name="channels">At least <paramref name="count"/>.</param>
    /// <returns>False if the lengths do not add up to the payload, or a step is too long; the output is then void.</returns>
    public static bool TryDecode(
        ReadOnlySpan<byte> payload, int count, long firstPs, int channelBits, Span<long> timesPs, Span<byte> channels) =>
        TryDecode(payload, count, firstPs, channelBits, timesPs, channels, IsAccelerated);

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal static bool TryDecode(
        ReadOnlySpan<byte> payload, int count, long firstPs, int channelBits, Span<long> timesPs, Span<byte> channels,
        bool accelerated)
    {
        ReadOnlySpan<byte> controls = payload[..((count + 3) / 4)];
        ReadOnlySpan<byte> values = payload[controls.Length..];
        if (count > 0 && !PackedQuads.LengthsFit(controls, count, values.Length))
        {
            return false;
        }

        timesPs = timesPs[..count];
        channels = channels[..count];
        int done = 0;
        int at = 0;
        long timePs = firstPs;
        uint allSteps = 0;
        if (accelerated)
        {
            done = DecodeQuads(controls, values, channelBits, timesPs, channels, ref at, ref timePs, ref allSteps);
        }

        uint channelMask = (1u << channelBits) - 1;
        for (int i = done; i < count; i++)
        {
            int length = ((controls[i >> 2] >> (2 * (i & 3))) & 3) + 1;
            uint value = 0;
            for (int b = 0; b < length; b++)
            {
                value |= (uint)values[at++] << (8 * b);
            }

            uint step = value >> channelBits;
            allSteps |= step;
            timePs += step;
            timesPs[i] = timePs;
            channels[i] = (byte)(value & channelMask);
        }

        return allSteps <= (uint)TagFrame.StepPsMax(channelBits);
    }

    /// <summary>Decodes as many whole pairs of groups of four as may be read 16 bytes at a time; yields the tags done.</summary>
    private static int DecodeQuads(
        ReadOnlySpan<byte> controls, ReadOnlySpan<byte> values, int channelBits, Span<long> timesPs, Span<byte> channels,
        ref int at, ref long timePs, ref uint allSteps)
    {
        ref byte control = ref MemoryMarshal.GetReference(controls);
        ref byte value = ref MemoryMarshal.GetReference(values);
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref Vector128<byte> shuffles = ref MemoryMarshal.GetArrayDataReference(PackedQuads.Shuffles);
        ref byte lengths = ref MemoryMarshal.GetArrayDataReference(PackedQuads.Bytes);
        Vector256<uint> channelMask = Vector256.Create((1u << channelBits) - 1);
        Vector128<uint> shift = Vector128.CreateScalar((uint)channelBits);
        Vector256<byte> gather = Vector256.Create(Gather, Gather);
        Vector256<long> last = Vector256.Create(timePs);
        Vector256<uint> allOf = default;
        int quads = (timesPs.Length / 4) & ~1;
        nint position = 0;
        int q = 0;

        // The lengths were summed before: values at q occupy position .. position + 31 at most, all inside the payload.
        for (; q < quads && position <= values.Length - 32; q += 2)
        {
            nint low = Unsafe.Add(ref control, q);
            nint high = Unsafe.Add(ref control, q + 1);
            nint second = position + Unsafe.Add(ref lengths, low);
            Vector256<uint> packed = Avx2.Shuffle(
                Vector256.Create(Vector128.LoadUnsafe(ref value, (nuint)position), Vector128.LoadUnsafe(ref value, (nuint)second)),
                Vector256.Create(Unsafe.Add(ref shuffles, low), Unsafe.Add(ref shuffles, high))).AsUInt32();
            position = second + Unsafe.Add(ref lengths, high);

            Vector256<uint> channelOf = Avx2.Shuffle((packed & channelMask).AsByte(), gather).AsUInt32();
            Unsafe.WriteUnaligned(
                ref Unsafe.Add(ref channel, 4 * q), Sse2.UnpackLow(channelOf.GetLower(), channelOf.GetUpper()).AsUInt64().ToScalar());

            Vector256<uint> step = Avx2.ShiftRightLogical(packed, shift);
            allOf |= step;
            step += Avx2.ShiftLeftLogical128BitLane(step, 4);
            step += Avx2.ShiftLeftLogical128BitLane(step, 8);

            // Sums are added, not taken from the last lane of the times: a permutation across lanes would lengthen the chain of groups.
            Vector256<uint> sum = Avx2.Shuffle(step, 0xFF);
            (Avx2.ConvertToVector256Int64(step.GetLower()) + last).StoreUnsafe(ref time, (nuint)(4 * q));
            last += Avx2.ConvertToVector256Int64(sum.GetLower());
            (Avx2.ConvertToVector256Int64(step.GetUpper()) + last).StoreUnsafe(ref time, (nuint)((4 * q) + 4));
            last += Avx2.ConvertToVector256Int64(sum.GetUpper());
        }

        Vector128<uint> steps = allOf.GetLower() | allOf.GetUpper();
        steps |= Vector128.Shuffle(steps, Vector128.Create(2u, 3, 0, 1));
        allSteps = steps[0] | steps[1];
        timePs = last[0];
        at = (int)position;
        return 4 * q;
    }
}
