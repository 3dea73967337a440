using System.Buffers.Binary;

namespace MdiQkd.Distillation.Amplification;

/// <summary>One element at a time with 64-bit integer multiplications; constant time where those are.</summary>
internal readonly struct PortableLanes : IFieldLanes<ulong>
{
    public static int LogCount => 0;

    public static bool IsSupported => true;

    public static ulong Broadcast(ulong element) => element;

    public static ulong Add(ulong a, ulong b) => a ^ b;

    public static ulong Multiply(ulong a, ulong b)
    {
        // The high half of a carry-less product is the low half of the product of the reversed operands, reversed.
        ulong low = LowProduct(a, b);
        ulong high = Reverse(LowProduct(Reverse(a), Reverse(b))) >> 1;
        ulong over = (high >> 60) ^ (high >> 61) ^ (high >> 63);
        return low ^ Fold(high) ^ Fold(over);
    }

    public static void Split(int level, ref ulong first, ref ulong second)
    {
    }

    public static void Merge(int level, ref ulong first, ref ulong second)
    {
    }

    public static ReadOnlySpan<byte> LaneBlocks(int level) => [];

    /// <summary>Product with x^4 + x^3 + x + 1, modulo x^64.</summary>
    private static ulong Fold(ulong a) => a ^ (a << 1) ^ (a << 3) ^ (a << 4);

    /// <summary>
    /// Carry-less product modulo x^64: every fourth bit of each operand, so that at most 16 ones meet in a column of four bits
    /// and only the topmost column, which nobody reads above bit 0, can overflow.
    /// </summary>
    private static ulong LowProduct(ulong a, ulong b)
    {
        const ulong Holes = 0x1111111111111111;
        ulong a0 = a & Holes, a1 = a & (Holes << 1), a2 = a & (Holes << 2), a3 = a & (Holes << 3);
        ulong b0 = b & Holes, b1 = b & (Holes << 1), b2 = b & (Holes << 2), b3 = b & (Holes << 3);
        return (((a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1)) & Holes)
            | (((a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2)) & (Holes << 1))
            | (((a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3)) & (Holes << 2))
            | (((a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0)) & (Holes << 3));
    }

    private static ulong Reverse(ulong a)
    {
        a = ((a >> 1) & 0x5555555555555555) | ((a & 0x5555555555555555) << 1);
        a = ((a >> 2) & 0x3333333333333333) | ((a & 0x3333333333333333) << 2);
        a = ((a >> 4) & 0x0F0F0F0F0F0F0F0F) | ((a & 0x0F0F0F0F0F0F0F0F) << 4);
        return BinaryPrimitives.ReverseEndianness(a);
    }
}
