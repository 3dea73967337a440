using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MdiQkd.Authentication;

/// <summary>
/// The 128-bit tag of a message. It has no equality operator on purpose: tags are compared by <see cref="Matches"/>,
/// in a time that does not depend on where they differ.
/// </summary>
public readonly struct AuthenticationTag
{
    /// <summary>Bytes on a wire.</summary>
    public const int Size = 16;

    private readonly Bytes16 bytes;

    private AuthenticationTag(ReadOnlySpan<byte> source) => source.CopyTo(bytes);

    /// <summary>Reads exactly 16 bytes; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out AuthenticationTag tag)
    {
        tag = source.Length == Size ? new AuthenticationTag(source) : default;
        return source.Length == Size;
    }

    /// <summary>Writes 16 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void Write(Span<byte> destination) => ((ReadOnlySpan<byte>)bytes).CopyTo(destination);

    /// <summary>The 16 bytes in a new array.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)bytes).ToArray();

    /// <summary>Whether two tags are the same, in constant time.</summary>
    public bool Matches(AuthenticationTag other) => CryptographicOperations.FixedTimeEquals(bytes, other.bytes);

    internal static AuthenticationTag FromHashAndPad(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> pad)
    {
        Span<byte> sum = stackalloc byte[Size];
        for (int i = 0; i < Size; i++)
        {
            sum[i] = (byte)(hash[i] ^ pad[i]);
        }

        return new AuthenticationTag(sum);
    }

    [InlineArray(Size)]
    private struct Bytes16
    {
        private byte first;
    }
}
