using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Pseudo-random numbers for physics: xoshiro256** 1.0 (Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021)). Not for keys.
/// One user at a time.
/// </summary>
public sealed class PhysicsRandom
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    internal PhysicsRandom(ReadOnlySpan<byte> state)
    {
        s0 = BinaryPrimitives.ReadUInt64LittleEndian(state);
        s1 = BinaryPrimitives.ReadUInt64LittleEndian(state[8..]);
        s2 = BinaryPrimitives.ReadUInt64LittleEndian(state[16..]);
        s3 = BinaryPrimitives.ReadUInt64LittleEndian(state[24..]) | 1; // the state must not be all zero
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

    /// <summary>Fills a span with what <see cref="NextDouble"/> would yield; the state stays in registers, a third of the time.</summary>
    public void Fill(Span<double> uniforms)
    {
        (ulong a, ulong b, ulong c, ulong d) = (s0, s1, s2, s3);
        for (int i = 0; i < uniforms.Length; i++)
        {
            uniforms[i] = (long)((BitOperations.RotateLeft(b * 5, 7) * 9) >> 11) * (1.0 / (1L << 53));
            ulong t = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= t;
            d = BitOperations.RotateLeft(d, 45);
        }

        (s0, s1, s2, s3) = (a, b, c, d);
    }

    /// <summary>Exponential with mean 1; never negative, at most 36.8.</summary>
    public double NextExponential() => -Math.Log(1 - NextDouble());
}
