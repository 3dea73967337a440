using System.Buffers.Binary;
using System.Numerics;

namespace MdiQkd.Acquisition;

/// <summary>CRC-32C (Castagnoli, reflected 0x82F63B78, initial value and final XOR all ones; RFC 3720, appendix B.4).</summary>
public static class Crc32C
{
    /// <summary>Register before the first byte.</summary>
    public const uint Initial = 0xFFFF_FFFF;

    /// <summary>Checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Update(Initial, bytes);

    /// <summary>Feeds <paramref name="bytes"/> into the register; the checksum is its complement.</summary>
    public static uint Update(uint register, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            register = BitOperations.Crc32C(register, b);
        }

        return register;
    }
}
