namespace MdiQkd.Wire;

/// <summary>
/// CRC-32C (Castagnoli, reflected 0x82F63B78, initial value and final XOR all ones; RFC 3720, appendix B.4), one table
/// look-up per byte. The table costs 1,024 bytes of RAM and 256 × 8 steps at start.
/// </summary>
public static class Crc32C
{
    /// <summary>Register before the first byte.</summary>
    public const uint Initial = 0xFFFFFFFF;

    private const uint Polynomial = 0x82F63B78;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Checksum of bytes <paramref name="offset"/> to <paramref name="offset"/> + <paramref name="count"/> - 1.</summary>
    public static uint Compute(byte[] buffer, int offset, int count) => ~Update(Initial, buffer, offset, count);

    /// <summary>Feeds bytes into the register; the checksum is its complement.</summary>
    public static uint Update(uint register, byte[] buffer, int offset, int count)
    {
        uint[] table = Table;
        int end = offset + count;
        for (int i = offset; i < end; i++)
        {
            register = table[(register ^ buffer[i]) & 0xFF] ^ (register >> 8);
        }

        return register;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint register = i;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 1) != 0 ? (register >> 1) ^ Polynomial : register >> 1;
            }

            table[i] = register;
        }

        return table;
    }
}
