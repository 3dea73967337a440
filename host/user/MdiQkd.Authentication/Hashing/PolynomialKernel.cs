using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Authentication.Hashing;

/// <summary>
/// Horner steps of the polynomial hash, many blocks per reduction: acc ← (acc + m_1)·r^n + m_2·r^(n-1) + … + m_n·r.
/// The 256-bit products are summed unreduced (addition is XOR, it cannot overflow) and reduced once per batch.
/// </summary>
internal static class PolynomialKernel
{
    internal const int BlockBytes = 16;

    /// <summary>
    /// Blocks per reduction, and powers kept per key. 32 blocks make the reduction (two dependent multiplications)
    /// about 3 % of the work; the power tables of a key stay at 1 KiB, well inside the first-level cache.
    /// </summary>
    internal const int BatchBlocks = 32;

    internal static HashPath FastestPath { get; } =
        Pclmulqdq.V512.IsSupported ? HashPath.Vpclmul512
        : Pclmulqdq.V256.IsSupported ? HashPath.Vpclmul256
        : Pclmulqdq.IsSupported ? HashPath.Pclmul128
        : HashPath.Portable;

    internal static bool IsSupported(HashPath path) => path switch
    {
        HashPath.Portable => true,
        HashPath.Pclmul128 => Pclmulqdq.IsSupported,
        HashPath.Vpclmul256 => Pclmulqdq.V256.IsSupported,
        HashPath.Vpclmul512 => Pclmulqdq.V512.IsSupported,
        _ => false,
    };

    /// <summary>
    /// Fills <paramref name="powers"/> with r^32 … r^1, and <paramref name="sums"/> with (low ^ high) of each in both
    /// halves, the key operand of Karatsuba's middle product.
    /// </summary>
    internal static void ExpandKey(UInt128 r, Span<UInt128> powers, Span<UInt128> sums)
    {
        UInt128 power = r;
        for (int i = BatchBlocks - 1; i >= 0; i--)
        {
            powers[i] = power;
            ulong sum = (ulong)power ^ (ulong)(power >> 64);
            sums[i] = new UInt128(sum, sum);
            power = Gf128.Multiply(power, r);
        }
    }

    /// <summary>Absorbs whole blocks. <paramref name="blocks"/> has a length that is a multiple of 16.</summary>
    internal static UInt128 Absorb(
        HashPath path, UInt128 acc, ReadOnlySpan<byte> blocks, ReadOnlySpan<UInt128> powers, ReadOnlySpan<UInt128> sums)
    {
        ref byte data = ref MemoryMarshal.GetReference(blocks);
        int left = blocks.Length / BlockBytes;
        while (left > 0)
        {
            int count = Math.Min(left, BatchBlocks);
            ref byte power = ref Unsafe.As<UInt128, byte>(ref MemoryMarshal.GetReference(powers[^count..]));
            ref byte sum = ref Unsafe.As<UInt128, byte>(ref MemoryMarshal.GetReference(sums[^count..]));
            acc = path switch
            {
                HashPath.Vpclmul512 => Batch512(acc, ref data, ref power, ref sum, count),
                HashPath.Vpclmul256 => Batch256(acc, ref data, ref power, ref sum, count),
                HashPath.Pclmul128 => Batch128(acc, ref data, ref power, ref sum, count),
                _ => BatchPortable(acc, blocks.Slice(blocks.Length - (left * BlockBytes)), powers[^count..]),
            };
            data = ref Unsafe.Add(ref data, count * BlockBytes);
            left -= count;
        }

        return acc;
    }

    private static UInt128 BatchPortable(UInt128 acc, ReadOnlySpan<byte> blocks, ReadOnlySpan<UInt128> powers)
    {
        UInt128 low = 0;
        UInt128 high = 0;
        for (int i = 0; i < powers.Length; i++)
        {
            UInt128 block = BinaryPrimitives.ReadUInt128LittleEndian(blocks[(i * BlockBytes)..]) ^ acc;
            acc = 0;
            Gf128.MultiplyAddPortable(block, powers[i], ref low, ref high);
        }

        return Gf128.ReducePortable(low, high);
    }

    private static UInt128 Batch128(UInt128 acc, ref byte data, ref byte powers, ref byte sums, int count)
    {
        Vector128<ulong> low = default, middle = default, high = default;
        Vector128<ulong> carry = Gf128.ToVector(acc);
        for (nuint at = 0; at < (nuint)(count * BlockBytes); at += 16)
        {
            Vector128<ulong> block = Vector128.LoadUnsafe(ref data, at).AsUInt64() ^ carry;
            carry = default;
            MultiplyAdd(block, ref powers, ref sums, at, ref low, ref middle, ref high);
        }

        return Gf128.Reduce(low, middle ^ low ^ high, high);
    }

    private static UInt128 Batch256(UInt128 acc, ref byte data, ref byte powers, ref byte sums, int count)
    {
        Vector256<ulong> low = default, middle = default, high = default;
        Vector256<ulong> carry = Gf128.ToVector(acc).ToVector256();
        nuint at = 0;
        if ((count & 1) != 0)
        {
            Vector128<ulong> low1 = default, middle1 = default, high1 = default;
            Vector128<ulong> block = Vector128.LoadUnsafe(ref data).AsUInt64() ^ carry.GetLower();
            carry = default;
            MultiplyAdd(block, ref powers, ref sums, 0, ref low1, ref middle1, ref high1);
            (low, middle, high) = (low1.ToVector256(), middle1.ToVector256(), high1.ToVector256());
            at = BlockBytes;
        }

        for (; at < (nuint)(count * BlockBytes); at += 32)
        {
            Vector256<ulong> block = Vector256.LoadUnsafe(ref data, at).AsUInt64() ^ carry;
            carry = default;
            Vector256<ulong> power = Vector256.LoadUnsafe(ref powers, at).AsUInt64();
            Vector256<ulong> sum = Vector256.LoadUnsafe(ref sums, at).AsUInt64();
            low ^= Pclmulqdq.V256.CarrylessMultiply(block, power, 0x00);
            high ^= Pclmulqdq.V256.CarrylessMultiply(block, power, 0x11);
            Vector256<ulong> swapped = Avx2.Shuffle(block.AsInt32(), 0x4E).AsUInt64();
            middle ^= Pclmulqdq.V256.CarrylessMultiply(block ^ swapped, sum, 0x00);
        }

        middle ^= low ^ high;
        return Gf128.Reduce(
            low.GetLower() ^ low.GetUpper(), middle.GetLower() ^ middle.GetUpper(), high.GetLower() ^ high.GetUpper());
    }

    private static UInt128 Batch512(UInt128 acc, ref byte data, ref byte powers, ref byte sums, int count)
    {
        Vector512<ulong> low = default, middle = default, high = default;
        Vector128<ulong> low1 = default, middle1 = default, high1 = default;
        Vector128<ulong> carry1 = Gf128.ToVector(acc);
        nuint at = 0;
        for (; at < (nuint)((count & 3) * BlockBytes); at += 16)
        {
            Vector128<ulong> block = Vector128.LoadUnsafe(ref data, at).AsUInt64() ^ carry1;
            carry1 = default;
            MultiplyAdd(block, ref powers, ref sums, at, ref low1, ref middle1, ref high1);
        }

        Vector512<ulong> carry = carry1.ToVector256().ToVector512();
        for (; at < (nuint)(count * BlockBytes); at += 64)
        {
            Vector512<ulong> block = Vector512.LoadUnsafe(ref data, at).AsUInt64() ^ carry;
            carry = default;
            Vector512<ulong> power = Vector512.LoadUnsafe(ref powers, at).AsUInt64();
            Vector512<ulong> sum = Vector512.LoadUnsafe(ref sums, at).AsUInt64();
            low ^= Pclmulqdq.V512.CarrylessMultiply(block, power, 0x00);
            high ^= Pclmulqdq.V512.CarrylessMultiply(block, power, 0x11);
            Vector512<ulong> swapped = Avx512F.Shuffle(block.AsInt32(), 0x4E).AsUInt64();
            middle ^= Pclmulqdq.V512.CarrylessMultiply(block ^ swapped, sum, 0x00);
        }

        low1 ^= Fold(low);
        high1 ^= Fold(high);
        middle1 ^= Fold(middle) ^ low1 ^ high1;
        return Gf128.Reduce(low1, middle1, high1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        Vector128<ulong> block,
        ref byte powers,
        ref byte sums,
        nuint at,
        ref Vector128<ulong> low,
        ref Vector128<ulong> middle,
        ref Vector128<ulong> high)
    {
        Vector128<ulong> power = Vector128.LoadUnsafe(ref powers, at).AsUInt64();
        Vector128<ulong> sum = Vector128.LoadUnsafe(ref sums, at).AsUInt64();
        low ^= Pclmulqdq.CarrylessMultiply(block, power, 0x00);
        high ^= Pclmulqdq.CarrylessMultiply(block, power, 0x11);
        Vector128<ulong> swapped = Sse2.Shuffle(block.AsInt32(), 0x4E).AsUInt64();
        middle ^= Pclmulqdq.CarrylessMultiply(block ^ swapped, sum, 0x00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector512<ulong> value)
    {
        Vector256<ulong> half = value.GetLower() ^ value.GetUpper();
        return half.GetLower() ^ half.GetUpper();
    }
}
