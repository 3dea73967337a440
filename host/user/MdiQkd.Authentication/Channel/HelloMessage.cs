using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Channel;

/// <summary>
/// A Hello: 1 type, 1 version, 1 direction, 1 flags, 16 root id, 32 nonce of the sender, 32 echo of the receiver's
/// nonce (zeros: none), 32 HMAC-SHA256 over all before it.
/// </summary>
internal sealed class HelloMessage
{
    internal const byte Type = 1;
    internal const byte Version = 1;
    internal const int NonceBytes = 32;
    internal const int CodeBytes = 32;
    internal const int Size = NonceAt + (2 * NonceBytes) + CodeBytes;
    internal const int CodeAt = Size - CodeBytes;

    private const int RootAt = 4;
    private const int NonceAt = RootAt + BlockId.Size;
    private const byte EstablishedFlag = 1;

    internal required PadDirection Direction { get; init; }

    internal required BlockId Root { get; init; }

    internal required byte[] Nonce { get; init; }

    internal required byte[] Echo { get; init; }

    /// <summary>The sender has the session already and wants no reply.</summary>
    internal required bool IsEstablished { get; init; }

    /// <summary>All but the code, which is left zero.</summary>
    internal byte[] Encode()
    {
        byte[] bytes = new byte[Size];
        bytes[0] = Type;
        bytes[1] = Version;
        bytes[2] = (byte)Direction;
        bytes[3] = IsEstablished ? EstablishedFlag : (byte)0;
        Root.Write(bytes.AsSpan(RootAt));
        Nonce.CopyTo(bytes, NonceAt);
        Echo.CopyTo(bytes, NonceAt + NonceBytes);
        return bytes;
    }

    /// <summary>The fields, unchecked against the code; null if they cannot be a Hello.</summary>
    internal static HelloMessage? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size
            || bytes[0] != Type
            || bytes[1] != Version
            || bytes[2] > (byte)PadDirection.HigherToLower
            || bytes[3] > EstablishedFlag)
        {
            return null;
        }

        return new HelloMessage
        {
            Direction = (PadDirection)bytes[2],
            IsEstablished = bytes[3] == EstablishedFlag,
            Root = BlockId.Read(bytes[RootAt..]),
            Nonce = bytes.Slice(NonceAt, NonceBytes).ToArray(),
            Echo = bytes.Slice(NonceAt + NonceBytes, NonceBytes).ToArray(),
        };
    }
}
