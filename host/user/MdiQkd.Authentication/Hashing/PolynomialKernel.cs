using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
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
        Has512 ? HashPath.Vpclmul512
        : IsSupported(HashPath.Vpclmul256) ? HashPath.Vpclmul256
        : IsSupported(HashPath.Pclmul128) ? HashPath.Pclmul128
        : HashPath.Portable;

    private static bool Has512 => Pclmulqdq.V512.IsSupported && Avx512F.IsSupported;

    // Every class whose instructions a path uses: VPCLMULQDQ is reported without AVX2 too.
    internal static bool IsSupported(HashPath path) => path switch
    {
        HashPath.Portable => true,
        HashPath.Pclmul128 => Pclmulqdq.IsSupported && Sse2.IsSupported,
        HashPath.Vpclmul256 => Pclmulqdq.V256.IsSupported && Avx2.IsSupported,
        HashPath.Vpclmul512 => Has512,
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
            low ^= Multiply(block, power, 0x00);
            high ^= Multiply(block, power, 0x11);
            middle ^= Multiply(block ^ Swap(block), sum, 0x00);
        }

        low1 ^= Fold(low);
        high1 ^= Fold(high);
        middle1 ^= Fold(middle) ^ low1 ^ high1;
        return Gf128.Reduce(low1, middle1, high1);
    }

    // The other branches say what the instructions do: with them the 512-bit path is tested on machines without AVX-512.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Multiply(Vector512<ulong> a, Vector512<ulong> b, [ConstantExpected] byte control)
    {
        if (Has512)
        {
            return Pclmulqdq.V512.CarrylessMultiply(a, b, control);
        }

        Vector256<ulong> Half(Vector256<ulong> c, Vector256<ulong> d) => Vector256.Create(
            Quarter(c.GetLower(), d.GetLower()), Quarter(c.GetUpper(), d.GetUpper()));
        Vector128<ulong> Quarter(Vector128<ulong> c, Vector128<ulong> d) =>
            control == 0 ? Pclmulqdq.CarrylessMultiply(c, d, 0x00) : Pclmulqdq.CarrylessMultiply(c, d, 0x11);
        return Vector512.Create(Half(a.GetLower(), b.GetLower()), Half(a.GetUpper(), b.GetUpper()));
    }

    /// <summary>Exchanges the halves of every 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Swap(Vector512<ulong> v) =>
        Has512 ? Avx512F.Shuffle(v.AsInt32(), 0x4E).AsUInt64() : Vector512.Shuffle(v, Vector512.Create(1UL, 0, 3, 2, 5, 4, 7, 6));

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
