using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace MdiQkd.Acquisition;

/// <summary>
/// Tables of the packing that tag stream and device protocol share: 32-bit values in their 1 to 4 low bytes, the lengths (minus
/// one) of four values in one control byte, first value lowest (Lemire, Kurz, Rupp, "Stream VByte", Inf. Process. Lett. 130, 1
/// (2018), arXiv 1709.08990).
/// </summary>
internal static class PackedQuads
{
    /// <summary>Value bytes that four values take, by control byte; [256].</summary>
    public static readonly byte[] Bytes = MakeBytes();

    /// <summary>Shuffle that spreads the value bytes of four values into four 32-bit lanes, by control byte; [256].</summary>
    public static readonly Vector128<byte>[] Shuffles = MakeShuffles();

    /// <summary>Whether the lengths add up to the value bytes and the unused bits of the last control byte are 0.</summary>
    /// <param name="controls">ceil(<paramref name="count"/> / 4) control bytes.</param>
    /// <param name="count">Values, at least 1.</param>
    /// <param name="valueBytes">Bytes that follow the control bytes.</param>
    public static bool LengthsFit(ReadOnlySpan<byte> controls, int count, int valueBytes)
    {
        int sum = 4 * controls.Length;
        ReadOnlySpan<byte> left = controls;
        for (; left.Length >= sizeof(ulong); left = left[sizeof(ulong)..])
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(left);
            sum += BitOperations.PopCount(eight & 0x5555_5555_5555_5555) + (2 * BitOperations.PopCount(eight & 0xAAAA_AAAA_AAAA_AAAA));
        }

        foreach (byte control in left)
        {
            sum += Bytes[control] - 4;
        }

        int unused = (4 * controls.Length) - count;
        bool unusedAreZero = controls[^1] >> (8 - (2 * unused)) == 0;
        return unusedAreZero && sum - unused == valueBytes;
    }

    private static byte[] MakeBytes()
    {
        byte[] table = new byte[256];
        for (int control = 0; control < 256; control++)
        {
            table[control] = (byte)(4 + (control & 3) + ((control >> 2) & 3) + ((control >> 4) & 3) + (control >> 6));
        }

        return table;
    }

    private static Vector128<byte>[] MakeShuffles()
    {
        Vector128<byte>[] table = new Vector128<byte>[256];
        Span<byte> shuffle = stackalloc byte[16];
        for (int control = 0; control < 256; control++)
        {
            shuffle.Fill(0x80);
            int at = 0;
            for (int lane = 0; lane < 4; lane++)
            {
                int length = ((control >> (2 * lane)) & 3) + 1;
                for (int b = 0; b < length; b++)
                {
                    shuffle[(4 * lane) + b] = (byte)at++;
                }
            }

            table[control] = Vector128.Create((ReadOnlySpan<byte>)shuffle);
        }

        return table;
    }
}
