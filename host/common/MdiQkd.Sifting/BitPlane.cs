using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Sifting;

/// <summary>
/// Bits of a sequence in 64-bit words: bit i is bit i mod 64 of word i / 64, least significant first; bits beyond the length
/// are zero. On a wire the words are little-endian, so that bit i is bit i mod 8 of byte i / 8.
/// </summary>
public static class BitPlane
{
    /// <summary>Words that hold <paramref name="bits"/> bits.</summary>
    public static int Words(int bits) => (int)(((uint)bits + 63) / 64);

    /// <summary>Bytes that hold <paramref name="bits"/> bits on a wire.</summary>
    public static int Bytes(int bits) => (int)(((uint)bits + 7) / 8);

    /// <summary>Number of ones.</summary>
    public static int Count(ReadOnlySpan<ulong> plane)
    {
        int ones = 0;
        foreach (ulong word in plane)
        {
            ones += BitOperations.PopCount(word);
        }

        return ones;
    }

    /// <summary>Whether all bits from <paramref name="bits"/> on are zero, and the plane has just the words it needs.</summary>
    public static bool IsWellFormed(ReadOnlySpan<ulong> plane, int bits) =>
        bits >= 0 && plane.Length == Words(bits) && ((bits & 63) == 0 || plane[^1] >> (bits & 63) == 0);

    /// <summary>Reads a plane as sent on a wire.</summary>
    /// <returns>False if the length is not <see cref="Bytes"/> of <paramref name="bits"/> or a padding bit is set.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, int bits, out ulong[] plane)
    {
        plane = [];
        if (bits < 0 || source.Length != Bytes(bits))
        {
            return false;
        }

        plane = new ulong[Words(bits)];
        source.CopyTo(MemoryMarshal.AsBytes(plane.AsSpan()));
        SwapOnBigEndian(plane);
        return IsWellFormed(plane, bits);
    }

    /// <summary>The plane as sent on a wire, in a new array of <see cref="Bytes"/> of <paramref name="bits"/>.</summary>
    public static byte[] ToBytes(ReadOnlySpan<ulong> plane, int bits)
    {
        ulong[] words = plane[..Words(bits)].ToArray();
        SwapOnBigEndian(words);
        return MemoryMarshal.AsBytes(words.AsSpan())[..Bytes(bits)].ToArray();
    }

    /// <summary>Collects bit <paramref name="position"/> of each byte.</summary>
    /// <param name="bytes">[bits].</param>
    /// <param name="position">0 (least significant) to 7.</param>
    /// <param name="plane">[Words(bits)], overwritten.</param>
    public static void FromPacked(ReadOnlySpan<byte> bytes, int position, Span<ulong> plane)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, 7u);
        plane = plane[..Words(bytes.Length)];
        int lift = 7 - position;
        int word = 0;
        for (; (word + 1) * 64 <= bytes.Length; word++)
        {
            ReadOnlySpan<byte> group = bytes.Slice(64 * word, 64);

            // Shifting 64-bit lanes moves the wanted bit of every byte to its top; what crosses over from a neighbour stays below.
            ulong low = (Vector256.Create(group).AsUInt64() << lift).AsByte().ExtractMostSignificantBits();
            ulong high = (Vector256.Create(group[32..]).AsUInt64() << lift).AsByte().ExtractMostSignificantBits();
            plane[word] = low | (high << 32);
        }

        if (word < plane.Length)
        {
            plane[word] = 0;
            for (int i = 64 * word; i < bytes.Length; i++)
            {
                plane[word] |= (ulong)((bytes[i] >> position) & 1) << (i & 63);
            }
        }
    }

    /// <summary>Gathers the bits at the ones of a mask, in order, without gaps.</summary>
    /// <param name="bits">Plane to take bits from.</param>
    /// <param name="mask">Plane of the same length.</param>
    /// <param name="compact">[Words(ones of the mask)] or longer, overwritten with zeros behind the last bit.</param>
    /// <returns>Bits written: the ones of the mask.</returns>
    public static int Extract(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> mask, Span<ulong> compact) =>
        Extract(bits, mask, compact, Bmi2.X64.IsSupported);

    /// <summary>The inverse of <see cref="Extract(ReadOnlySpan{ulong}, ReadOnlySpan{ulong}, Span{ulong})"/>: spreads compact
    /// bits over the ones of a mask; the other bits become zero.</summary>
    /// <param name="compact">As many bits as the mask has ones, or more.</param>
    /// <param name="mask">Plane.</param>
    /// <param name="bits">Plane of the same length, overwritten.</param>
    public static void Deposit(ReadOnlySpan<ulong> compact, ReadOnlySpan<ulong> mask, Span<ulong> bits) =>
        Deposit(compact, mask, bits, Bmi2.X64.IsSupported);

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal static int Extract(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> mask, Span<ulong> compact, bool accelerated)
    {
        bits = bits[..mask.Length];
        ulong pending = 0;
        int filled = 0;
        int word = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            ulong taken = accelerated ? Bmi2.X64.ParallelBitExtract(bits[i], mask[i]) : ExtractWord(bits[i], mask[i]);
            int ones = BitOperations.PopCount(mask[i]);
            pending |= taken << filled;
            filled += ones;
            if (filled >= 64)
            {
                compact[word++] = pending;
                filled -= 64;

                // Bits of this word that did not fit; none if it ended exactly at the boundary (a shift by 64 would be by 0).
                pending = filled == 0 ? 0 : taken >> (ones - filled);
            }
        }

        if (filled > 0)
        {
            compact[word] = pending;
        }

        compact[BitPlane.Words((64 * word) + filled)..].Clear();
        return (64 * word) + filled;
    }

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal static void Deposit(ReadOnlySpan<ulong> compact, ReadOnlySpan<ulong> mask, Span<ulong> bits, bool accelerated)
    {
        bits = bits[..mask.Length];
        BitReader reader = new(compact);
        for (int i = 0; i < mask.Length; i++)
        {
            ulong next = reader.Take(BitOperations.PopCount(mask[i]));
            bits[i] = accelerated ? Bmi2.X64.ParallelBitDeposit(next, mask[i]) : DepositWord(next, mask[i]);
        }
    }

    /// <summary>Portable PDEP: the low bits of <paramref name="compact"/> at the ones of <paramref name="mask"/>.</summary>
    internal static ulong DepositWord(ulong compact, ulong mask)
    {
        ulong spread = 0;
        for (; mask != 0; mask &= mask - 1, compact >>= 1)
        {
            spread |= (0 - (compact & 1)) & mask & (0 - mask);
        }

        return spread;
    }

    private static ulong ExtractWord(ulong bits, ulong mask)
    {
        ulong compact = 0;
        for (int at = 0; mask != 0; mask &= mask - 1, at++)
        {
            compact |= ((bits >> BitOperations.TrailingZeroCount(mask)) & 1) << at;
        }

        return compact;
    }

    private static void SwapOnBigEndian(Span<ulong> words)
    {
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
