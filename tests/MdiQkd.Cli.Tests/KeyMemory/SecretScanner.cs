using System.Buffers.Binary;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>
/// Finds pieces of known secrets in bytes. Every secret is entered as aligned words of 8 bytes; these are looked up at every offset of the
/// bytes, and a hit is extended to both sides. A piece counts from the length on that the secret states, at least 12 bytes.
/// </summary>
internal sealed class SecretScanner
{
    private const int WordBytes = sizeof(ulong);
    private const int FilterBits = 20;

    private readonly List<(string Name, byte[] Content, int PieceMin)> secrets = [];
    private readonly Dictionary<ulong, List<(int Secret, int At)>> words = [];

    // Two bits of one word of 2^20 for each entry: of a few million entries one offset in hundreds passes that should not.
    private readonly ulong[] filter = new ulong[1 << FilterBits];

    /// <summary>Longest piece that is looked for: a reader in parts lets its parts overlap by this much.</summary>
    internal const int PieceBytesMax = 64;

    /// <summary>Enters a secret.</summary>
    /// <param name="name">What a finding calls it.</param>
    /// <param name="content">Its bytes; uniform ones are found from 12 bytes on.</param>
    /// <param name="pieceMin">Bytes that count as a piece, larger for content of low entropy.</param>
    internal void Add(string name, byte[] content, int pieceMin = 12)
    {
        secrets.Add((name, content, Math.Min(pieceMin, content.Length)));
        for (int at = 0; at + WordBytes <= content.Length; at += WordBytes)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(at));
            if (word is 0 or ulong.MaxValue)
            {
                continue;
            }

            ulong hash = Hash(word);
            filter[Place(hash)] |= Mask(hash);
            if (!words.TryGetValue(word, out List<(int Secret, int At)>? places))
            {
                words[word] = places = [];
            }

            places.Add((secrets.Count - 1, at));
        }
    }

    /// <summary>Enters a string of bits, LSB first, as it stands and in the forms that distillation gives it.</summary>
    internal void AddBits(string name, ulong[] bits)
    {
        ulong[] flipped = [.. bits.Select(word => ~word)];
        foreach ((string form, ulong[] content) in new[] { (name, bits), (name + ", complement", flipped) })
        {
            byte[] bytes = new byte[content.Length * WordBytes];
            byte[] spread = new byte[2 * bytes.Length];
            for (int i = 0; i < content.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * WordBytes), content[i]);
                BinaryPrimitives.WriteUInt64LittleEndian(spread.AsSpan(2 * i * WordBytes), (uint)content[i]);
                BinaryPrimitives.WriteUInt64LittleEndian(spread.AsSpan(((2 * i) + 1) * WordBytes), content[i] >> 32);
            }

            for (int shift = 0; shift < 8; shift++)
            {
                Add($"{form}, {shift} bits further", Shifted(bytes, shift), 16);
            }

            Add($"{form}, coefficients of 32 bits", spread, 32);
        }
    }

    /// <summary>Enters a delivered key as bytes and as the texts that a program may make of it.</summary>
    internal void AddKey(string name, byte[] key)
    {
        Add(name, key);
        foreach ((string form, string text) in new[]
        {
            ("base64", Convert.ToBase64String(key)), ("hexadecimal", Convert.ToHexString(key)),
            ("lower-case hexadecimal", Convert.ToHexStringLower(key)),
        })
        {
            Add($"{name}, {form}", System.Text.Encoding.ASCII.GetBytes(text), 16);
            Add($"{name}, {form} in UTF-16", System.Text.Encoding.Unicode.GetBytes(text), 32);
        }
    }

    /// <summary>Names of the secrets of which <paramref name="bytes"/> hold a piece, with the place of one piece each.</summary>
    internal void Find(ReadOnlySpan<byte> bytes, string where, IDictionary<string, string> found)
    {
        for (int at = 0; at + WordBytes <= bytes.Length; at++)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            ulong hash = Hash(word);
            ulong mask = Mask(hash);
            if ((filter[Place(hash)] & mask) != mask || !words.TryGetValue(word, out List<(int Secret, int At)>? places))
            {
                continue;
            }

            foreach ((int secret, int place) in places)
            {
                (string name, byte[] content, int pieceMin) = secrets[secret];
                if (PieceLength(bytes, at, content, place) >= pieceMin)
                {
                    found.TryAdd(name, $"{where} + 0x{at:x}");
                }
            }
        }
    }

    private static int PieceLength(ReadOnlySpan<byte> bytes, int at, byte[] content, int place)
    {
        int before = 0;
        while (before < PieceBytesMax && at - before > 0 && place - before > 0 && bytes[at - before - 1] == content[place - before - 1])
        {
            before++;
        }

        int length = WordBytes;
        while (length < PieceBytesMax && at + length < bytes.Length && place + length < content.Length
            && bytes[at + length] == content[place + length])
        {
            length++;
        }

        return before + length;
    }

    private static byte[] Shifted(byte[] bytes, int shift)
    {
        byte[] shifted = new byte[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int above = i + 1 < bytes.Length ? bytes[i + 1] : 0;
            shifted[i] = (byte)((bytes[i] | (above << 8)) >> shift);
        }

        return shifted;
    }

    private static ulong Hash(ulong word) => (word ^ (word >> 32)) * 0x9E3779B97F4A7C15UL;

    private static int Place(ulong hash) => (int)(hash >> (64 - FilterBits));

    private static ulong Mask(ulong hash) => (1UL << (int)(hash >> 38)) | (1UL << (int)(hash >> 32)); // shifts count modulo 64
}
