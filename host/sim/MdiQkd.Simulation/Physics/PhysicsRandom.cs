using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Pseudo-random numbers for physics, from generators xoshiro256** 1.0 (Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021)): one for
/// numbers one by one, and eight for batches, word n from generator n mod 8, so that vector registers of every width yield the same
/// words. Not for keys. One user at a time.
/// </summary>
public sealed class PhysicsRandom
{
    /// <summary>Bytes of a seed: the state of the single generator, then first words of all eight, second words of all, …</summary>
    internal const int SeedSize = SingleSize + (4 * Generators * sizeof(ulong));

    /// <summary>Bytes of the single generator's state.</summary>
    internal const int SingleSize = 4 * sizeof(ulong);

    private const int Generators = 8;
    private const int BufferSize = 256;

    private readonly ulong[] states = new ulong[4 * Generators];
    private readonly ulong[] buffer = new ulong[BufferSize];
    private int position = BufferSize;
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    internal PhysicsRandom(ReadOnlySpan<byte> seed)
    {
        s0 = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        s1 = BinaryPrimitives.ReadUInt64LittleEndian(seed[8..]);
        s2 = BinaryPrimitives.ReadUInt64LittleEndian(seed[16..]);
        s3 = BinaryPrimitives.ReadUInt64LittleEndian(seed[24..]) | 1; // no state may be all zero
        for (int i = 0; i < states.Length; i++)
        {
            states[i] = BinaryPrimitives.ReadUInt64LittleEndian(seed[(SingleSize + (i * sizeof(ulong)))..]);
        }

        foreach (ref ulong last in states.AsSpan(3 * Generators))
        {
            last |= 1;
        }
    }

    /// <summary>64 uniform bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits. The conversion is from a signed word, which is a single instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextDouble() => (long)(NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>Exponential with mean 1; never negative, at most 36.8.</summary>
    public double NextExponential() => -Math.Log(1 - NextDouble());

    /// <summary>Fills a span with uniform bits: the next of one sequence, in pieces of any size.</summary>
    public void Fill(Span<ulong> words)
    {
        while (words.Length > 0)
        {
            if (position == BufferSize)
            {
                if (words.Length >= BufferSize)
                {
                    Generate(words[..BufferSize]);
                    words = words[BufferSize..];
                    continue;
                }

                Generate(buffer);
                position = 0;
            }

            int count = Math.Min(words.Length, BufferSize - position);
            buffer.AsSpan(position, count).CopyTo(words);
            position += count;
            words = words[count..];
        }
    }

    // A whole number of rounds of all generators; the states of as many as fit a register stay in registers.
    private void Generate(Span<ulong> words)
    {
        for (int first = 0; first < Generators; first += Vector<ulong>.Count)
        {
            var a = new Vector<ulong>(states, first);
            var b = new Vector<ulong>(states, Generators + first);
            var c = new Vector<ulong>(states, (2 * Generators) + first);
            var d = new Vector<ulong>(states, (3 * Generators) + first);
            ref ulong word = ref words[first];
            for (int i = 0; i < words.Length; i += Generators)
            {
                Vector<ulong> five = RotateLeft(b + (b << 2), 7);
                (five + (five << 3)).StoreUnsafe(ref word, (nuint)i);
                Vector<ulong> t = b << 17;
                c ^= a;
                d ^= b;
                b ^= c;
                a ^= d;
                c ^= t;
                d = RotateLeft(d, 45);
            }

            a.CopyTo(states, first);
            b.CopyTo(states, Generators + first);
            c.CopyTo(states, (2 * Generators) + first);
            d.CopyTo(states, (3 * Generators) + first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<ulong> RotateLeft(Vector<ulong> words, int bits) => (words << bits) | (words >> (64 - bits));
}
