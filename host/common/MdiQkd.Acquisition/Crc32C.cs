using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdiQkd.Acquisition;

/// <summary>
/// CRC-32C (Castagnoli, reflected 0x82F63B78, initial value and final XOR all ones; RFC 3720, appendix B.4). Long inputs run through
/// three registers at once: the processor's instruction takes three cycles but can begin every cycle.
/// </summary>
public static class Crc32C
{
    /// <summary>Register before the first byte.</summary>
    public const uint Initial = 0xFFFF_FFFF;

    // Bytes of one of the three pieces: long against the cost of joining them, short against a block of tags.
    private const int PieceBytes = 1024;

    // What a register becomes by a piece of zeros, by byte of the register; the map is linear. [4 × 256].
    private static readonly uint[] PastPiece = MakePastPiece();

    /// <summary>Checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Update(Initial, bytes);

    /// <summary>Feeds <paramref name="bytes"/> into the register; the checksum is its complement.</summary>
    public static uint Update(uint register, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 3 * PieceBytes; bytes = bytes[(3 * PieceBytes)..])
        {
            uint second = 0;
            uint third = 0;
            ref byte piece = ref MemoryMarshal.GetReference(bytes);
            for (nint i = 0; i < PieceBytes; i += sizeof(ulong))
            {
                register = BitOperations.Crc32C(register, EightAt(ref piece, i));
                second = BitOperations.Crc32C(second, EightAt(ref piece, i + PieceBytes));
                third = BitOperations.Crc32C(third, EightAt(ref piece, i + (2 * PieceBytes)));
            }

            register = third ^ Skip(second ^ Skip(register));
        }

        return UpdateShort(register, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EightAt(ref byte start, nint offset)
    {
        ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
        return BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight);
    }

    private static uint UpdateShort(uint register, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes)
        {
            register = BitOperations.Crc32C(register, b);
        }

        return register;
    }

    /// <summary>The register after a piece of zeros.</summary>
    private static uint Skip(uint register) =>
        PastPiece[register & 0xFF] ^ PastPiece[0x100 + ((register >> 8) & 0xFF)]
        ^ PastPiece[0x200 + ((register >> 16) & 0xFF)] ^ PastPiece[0x300 + (register >> 24)];

    private static uint[] MakePastPiece()
    {
        byte[] zeros = new byte[PieceBytes];
        uint[] table = new uint[4 * 256];
        for (int i = 0; i < table.Length; i++)
        {
            // A register with one bit is run through the zeros; the others are sums of these.
            uint register = (uint)(i & 0xFF);
            uint lowest = register & (~register + 1);
            table[i] = register == lowest
                ? UpdateShort(register << (8 * (i >> 8)), zeros)
                : table[i - (int)lowest] ^ table[(i & 0x300) + (int)lowest];
        }

        return table;
    }
}
