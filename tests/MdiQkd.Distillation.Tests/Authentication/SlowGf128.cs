using System.Buffers.Binary;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>Bit-by-bit reference of the field and the hash.</summary>
internal static class SlowGf128
{
    internal static UInt128 Multiply(UInt128 a, UInt128 b)
    {
        UInt128 product = 0;
        for (int i = 127; i >= 0; i--)
        {
            bool carry = (product >> 127) != 0;
            product <<= 1;
            product ^= carry ? (UInt128)0x87 : 0;
            product ^= ((b >> i) & 1) != 0 ? a : 0;
        }

        return product;
    }

    /// <summary>((m_1·r + m_2)·r + … + L)·r.</summary>
    internal static UInt128 Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        UInt128 r = BinaryPrimitives.ReadUInt128LittleEndian(key);
        UInt128 acc = 0;
        Span<byte> block = stackalloc byte[16];
        for (int i = 0; i < message.Length; i += 16)
        {
            block.Clear();
            message.Slice(i, Math.Min(16, message.Length - i)).CopyTo(block);
            acc = Multiply(acc ^ BinaryPrimitives.ReadUInt128LittleEndian(block), r);
        }

        return Multiply(acc ^ (UInt128)message.Length, r);
    }
}
