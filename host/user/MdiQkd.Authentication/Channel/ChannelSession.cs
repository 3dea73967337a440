using System.Buffers.Binary;
using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Channel;

/// <summary>Keys and counters of one session. The counter is the AES-GCM nonce, and is used once per key.</summary>
internal sealed class ChannelSession : IDisposable
{
    internal const int TagBytes = 16;
    private const int NonceBytes = 12;

    private readonly AesGcm sendCipher;
    private readonly AesGcm receiveCipher;

    internal ChannelSession(
        BlockId root,
        byte[] ownNonce,
        byte[] peerNonce,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> sendKey,
        ReadOnlySpan<byte> receiveKey)
    {
        Root = root;
        OwnNonce = ownNonce;
        PeerNonce = peerNonce;
        Id = BinaryPrimitives.ReadUInt64BigEndian(id);
        sendCipher = new AesGcm(sendKey, TagBytes);
        receiveCipher = new AesGcm(receiveKey, TagBytes);
    }

    internal BlockId Root { get; }

    internal byte[] OwnNonce { get; }

    internal byte[] PeerNonce { get; }

    internal ulong Id { get; }

    internal long SendCounter { get; private set; }

    internal long ReceiveCounter { get; set; }

    /// <summary>A message was lost: nothing more is accepted.</summary>
    internal bool IsBroken { get; set; }

    public void Dispose()
    {
        sendCipher.Dispose();
        receiveCipher.Dispose();
    }

    /// <summary>Encrypts under <see cref="SendCounter"/> and moves it on.</summary>
    internal void Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> header, Span<byte> sealedBody)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, SendCounter++);
        sendCipher.Encrypt(nonce, plaintext, sealedBody[..plaintext.Length], sealedBody[plaintext.Length..], header);
    }

    /// <summary>Decrypts under a counter; false if it is not what the peer encrypted. Counters are the caller's.</summary>
    internal bool TryDecrypt(long counter, ReadOnlySpan<byte> sealedBody, ReadOnlySpan<byte> header, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, counter);
        try
        {
            receiveCipher.Decrypt(nonce, sealedBody[..^TagBytes], sealedBody[^TagBytes..], plaintext, header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static void WriteNonce(Span<byte> nonce, long counter)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[^sizeof(long)..], counter);
    }
}
