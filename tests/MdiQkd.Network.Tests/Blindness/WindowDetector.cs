using System.Buffers.Binary;

namespace MdiQkd.Network.Tests.Blindness;

/// <summary>
/// Finds windows of 128 or more bits of secret strings, at any bit offset and in both bit orders, in captured bytes. Every window
/// of 128 bits holds a whole aligned word of its string: those words are looked up at every bit offset of the bytes, and a hit is
/// extended bit by bit.
/// </summary>
internal sealed class WindowDetector
{
    public const int WindowBits = 128;

    private readonly Dictionary<ulong, List<(int String, int Word)>> words = [];
    private readonly ulong[] filter = new ulong[1 << 16];
    private readonly List<(string Name, ulong[] Words, int Bits)> strings = [];

    /// <summary>Adds a string (LSB first) and its complement, since B flips its bits.</summary>
    public WindowDetector Add(string name, ulong[] bits, int count)
    {
        AddOne(name, bits, count);
        AddOne(name + ", complement", [.. bits.Select(word => ~word)], count);
        return this;
    }

    /// <summary>The first window found, in words; null if there is none.</summary>
    public string? Find(ReadOnlySpan<byte> bytes)
    {
        byte[] reversed = new byte[bytes.Length];
        for (int at = 0; at < bytes.Length; at++)
        {
            reversed[at] = (byte)((((bytes[at] * 0x80200802UL) & 0x0884422110UL) * 0x0101010101UL) >> 32);
        }

        return FindInOrder(bytes) ?? (FindInOrder(reversed) is { } found ? found + ", most significant bit first" : null);
    }

    private string? FindInOrder(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at + 8 < bytes.Length; at++)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            ulong high = bytes[at + 8];
            for (int shift = 0; shift < 8; shift++)
            {
                ulong word = shift == 0 ? low : (low >> shift) | (high << (64 - shift));
                ulong hash = Hash(word);
                if ((filter[hash >> 6] >> (int)(hash & 63) & 1) != 0 && words.TryGetValue(word, out var places)
                    && Longest(bytes, (8 * at) + shift, places) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    private string? Longest(ReadOnlySpan<byte> bytes, int position, List<(int String, int Word)> places)
    {
        foreach ((int index, int word) in places)
        {
            (string name, ulong[] bits, int count) = strings[index];
            int from = 0;
            while (from < WindowBits && position - from > 0 && (64 * word) - from > 0
                && Bit(bytes, position - from - 1) == Bit(bits, (64 * word) - from - 1))
            {
                from++;
            }

            int to = 64;
            while (to < WindowBits && position + to < 8 * bytes.Length && (64 * word) + to < count
                && Bit(bytes, position + to) == Bit(bits, (64 * word) + to))
            {
                to++;
            }

            if (from + to >= WindowBits)
            {
                return $"{from + to} bits of {name} from bit {(64 * word) - from} at bit {position - from} of {8 * bytes.Length}";
            }
        }

        return null;
    }

    private void AddOne(string name, ulong[] bits, int count)
    {
        strings.Add((name, bits, count));
        for (int word = 0; (64 * word) + 64 <= count; word++)
        {
            ulong hash = Hash(bits[word]);
            filter[hash >> 6] |= 1UL << (int)(hash & 63);
            if (!words.TryGetValue(bits[word], out List<(int String, int Word)>? places))
            {
                words[bits[word]] = places = [];
            }

            places.Add((strings.Count - 1, word));
        }
    }

    private static ulong Hash(ulong word) => (word * 0x9E3779B97F4A7C15UL) >> 42; // 22 bits

    private static ulong Bit(ReadOnlySpan<byte> bytes, int bit) => (ulong)(bytes[bit >> 3] >> (bit & 7)) & 1;

    private static ulong Bit(ulong[] words, int bit) => (words[bit >> 6] >> (bit & 63)) & 1;
}
