using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MdiQkd.Authentication.Hashing;

/// <summary>
/// Incremental polynomial hash over GF(2^128), ε-almost-XOR-universal; with a one-time-padded output it is a
/// Wegman–Carter authenticator (Wegman and Carter, J. Comput. Syst. Sci. 22, 265, 1981).
/// </summary>
/// <remarks>
/// <para>
/// Definition: the message is cut into k = ⌈bytes/16⌉ blocks m_1 … m_k (little-endian, the last one filled with zero
/// bytes), L is the length in bytes, and h_r(m) = m_1·r^(k+1) + … + m_k·r^2 + L·r in the representation of
/// <see cref="Gf128"/>.
/// </para>
/// <para>
/// Bound: two different messages differ in L or in a block, so for any δ the polynomial h_r(m) + h_r(m') + δ is not
/// zero and has at most k + 1 roots: Pr_r[h_r(m) + h_r(m') = δ] ≤ (k + 1)/2^128, k of the longer message
/// (<see cref="Epsilon"/>). r may serve many messages as long as each hash is covered by a fresh pad; every forgery
/// that is tried then succeeds with at most about ε, q tries with at most q·ε/(1 − q·ε).
/// </para>
/// <para>An instance is reusable, allocates nothing per message, and is not thread-safe.</para>
/// </remarks>
public sealed class PolynomialHash : IDisposable
{
    /// <summary>Bytes of a key r and of a hash.</summary>
    public const int Size = 16;

    /// <summary>
    /// Longest message, 64 GiB: ε stays below 2^-95, and a block's largest content (about 100 MB) is far below it.
    /// </summary>
    public const long MessageBytesMax = 1L << 36;

    private const int BufferBytes = (PolynomialKernel.BatchBlocks - 1) * PolynomialKernel.BlockBytes;

    private readonly HashPath path;
    private readonly UInt128[] powers = GC.AllocateArray<UInt128>(2 * PolynomialKernel.BatchBlocks, pinned: true);
    private readonly byte[] buffer = GC.AllocateArray<byte>(BufferBytes + PolynomialKernel.BlockBytes, pinned: true);
    private UInt128 acc;
    private long length;
    private int buffered;

    /// <summary>Makes a hash under a 16-byte key on the fastest path of this machine.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes.</exception>
    public PolynomialHash(ReadOnlySpan<byte> key)
        : this(key, FastestPath)
    {
    }

    /// <summary>Makes a hash on a given path, to compare paths.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes, or the machine lacks the path.</exception>
    public PolynomialHash(ReadOnlySpan<byte> key, HashPath path)
    {
        if (!IsSupported(path))
        {
            throw new ArgumentException($"Path {path} is not supported on this machine.", nameof(path));
        }

        this.path = path;
        SetKey(key);
    }

    /// <summary>The fastest path of this machine.</summary>
    public static HashPath FastestPath => PolynomialKernel.FastestPath;

    /// <summary>Bytes appended to the current message.</summary>
    public long Length => length;

    private ReadOnlySpan<UInt128> Powers => powers.AsSpan(0, PolynomialKernel.BatchBlocks);

    private ReadOnlySpan<UInt128> Sums => powers.AsSpan(PolynomialKernel.BatchBlocks);

    /// <summary>Whether this machine has the instructions of a path.</summary>
    public static bool IsSupported(HashPath path) => PolynomialKernel.IsSupported(path);

    /// <summary>Collision bound (⌈bytes/16⌉ + 1)/2^128 for messages of up to this length.</summary>
    public static double Epsilon(long messageBytes) =>
        (Math.Ceiling(messageBytes / 16.0) + 1) * Math.ScaleB(1, -128);

    /// <summary>Replaces the key and begins a new message.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes.</exception>
    public void SetKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size)
        {
            throw new ArgumentException("A hash key has 16 bytes.", nameof(key));
        }

        PolynomialKernel.ExpandKey(
            BinaryPrimitives.ReadUInt128LittleEndian(key),
            powers.AsSpan(0, PolynomialKernel.BatchBlocks),
            powers.AsSpan(PolynomialKernel.BatchBlocks));
        Reset();
    }

    /// <summary>Drops the current message.</summary>
    public void Reset()
    {
        acc = 0;
        length = 0;
        buffered = 0;
    }

    /// <summary>Appends message bytes; how a message is cut into calls does not matter.</summary>
    /// <exception cref="InvalidOperationException">The message grows beyond <see cref="MessageBytesMax"/>.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > MessageBytesMax)
        {
            throw new InvalidOperationException("The message is longer than 64 GiB.");
        }

        length += bytes.Length;
        if (buffered > 0)
        {
            int taken = Math.Min(BufferBytes - buffered, bytes.Length);
            bytes[..taken].CopyTo(buffer.AsSpan(buffered));
            buffered += taken;
            bytes = bytes[taken..];
            if (buffered == BufferBytes)
            {
                acc = PolynomialKernel.Absorb(path, acc, buffer.AsSpan(0, BufferBytes), Powers, Sums);
                buffered = 0;
            }
        }

        int whole = bytes.Length - (bytes.Length % PolynomialKernel.BlockBytes);
        if (whole >= BufferBytes)
        {
            acc = PolynomialKernel.Absorb(path, acc, bytes[..whole], Powers, Sums);
            bytes = bytes[whole..];
        }

        if (!bytes.IsEmpty)
        {
            bytes.CopyTo(buffer);
            buffered = bytes.Length;
        }
    }

    /// <summary>
    /// Writes the 16 bytes of the hash and begins a new message under the same key. The bare hash is secret: together
    /// with the message it determines r up to the roots of a polynomial. It leaves a node only under a one-time pad.
    /// </summary>
    /// <exception cref="ArgumentException">The destination is shorter than 16 bytes.</exception>
    public void Finish(Span<byte> hash)
    {
        int filled = (buffered + PolynomialKernel.BlockBytes - 1) & -PolynomialKernel.BlockBytes;
        Span<byte> last = buffer.AsSpan(0, filled + PolynomialKernel.BlockBytes);
        last[buffered..].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(last[filled..], length);
        UInt128 result = PolynomialKernel.Absorb(path, acc, last, Powers, Sums);
        BinaryPrimitives.WriteUInt128LittleEndian(hash, result);
        Reset();
    }

    /// <summary>Zeroes the key and the buffered message bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(powers.AsSpan()));
        CryptographicOperations.ZeroMemory(buffer);
        Reset();
    }
}
