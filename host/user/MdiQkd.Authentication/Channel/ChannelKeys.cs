using System.Security.Cryptography;
using System.Text;
using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Channel;

/// <summary>Key derivation of the peer channel: HKDF-SHA256 (RFC 5869) from a root of the pool.</summary>
internal sealed class ChannelKeys
{
    internal const int KeyBytes = 32;

    private const byte HelloLabel = 3;
    private const byte SessionIdLabel = 2;

    private readonly KeyPool pool;
    private readonly byte[] context;

    internal ChannelKeys(KeyPool pool)
    {
        this.pool = pool;
        bool isLower = pool.Sending == PadDirection.LowerToHigher;
        byte[] lower = Encoding.UTF8.GetBytes(isLower ? pool.Node : pool.Peer);
        byte[] higher = Encoding.UTF8.GetBytes(isLower ? pool.Peer : pool.Node);
        context = [.. "MdiQkd peer channel 1"u8, (byte)lower.Length, .. lower, (byte)higher.Length, .. higher, 0];
    }

    /// <summary>HMAC-SHA256 of a Hello; false if the root is not held.</summary>
    internal bool TryHelloCode(BlockId root, ReadOnlySpan<byte> hello, Span<byte> code)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        if (!TryDerive(root, [], HelloLabel, key))
        {
            return false;
        }

        HMACSHA256.HashData(key, hello, code);
        CryptographicOperations.ZeroMemory(key);
        return true;
    }

    /// <summary>A session from both nonces; null if the root is not held any more.</summary>
    internal ChannelSession? TryMakeSession(BlockId root, byte[] ownNonce, byte[] peerNonce)
    {
        byte[] nonces = pool.Sending == PadDirection.LowerToHigher ? [.. ownNonce, .. peerNonce] : [.. peerNonce, .. ownNonce];
        Span<byte> send = stackalloc byte[KeyBytes];
        Span<byte> receive = stackalloc byte[KeyBytes];
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        ChannelSession? session = null;
        if (TryDerive(root, nonces, (byte)pool.Sending, send)
            && TryDerive(root, nonces, (byte)pool.Receiving, receive)
            && TryDerive(root, nonces, SessionIdLabel, id))
        {
            session = new ChannelSession(root, ownNonce, peerNonce, id, send, receive);
        }

        CryptographicOperations.ZeroMemory(send);
        CryptographicOperations.ZeroMemory(receive);
        return session;
    }

    private bool TryDerive(BlockId root, ReadOnlySpan<byte> salt, byte label, Span<byte> key)
    {
        Span<byte> rootKey = stackalloc byte[KeyPool.RootBytes];
        if (!pool.TryCopyRoot(root, rootKey))
        {
            return false;
        }

        Span<byte> info = stackalloc byte[context.Length];
        context.CopyTo(info);
        info[^1] = label;
        HKDF.DeriveKey(HashAlgorithmName.SHA256, rootKey, key, salt, info);
        CryptographicOperations.ZeroMemory(rootKey);
        return true;
    }
}
