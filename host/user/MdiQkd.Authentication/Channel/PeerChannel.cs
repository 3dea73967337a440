using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Channel;

/// <summary>
/// Confidential and authenticated messages between two nodes through the relay of the untrusted hub: AES-256-GCM under
/// keys derived from a root of the pair's pool. Computational security, unlike the tags of distillation: it carries
/// what two key managers say to each other (PROTOCOL.md 6.3) and hides it from the hub.
/// </summary>
/// <remarks>
/// <para>
/// Design: both nodes send Hellos with a fresh nonce, under a code of the root that the Hello names. A node takes up a
/// session only on a Hello that echoes its own unused nonce, so a replayed Hello draws an answer but never disturbs
/// the session that stands. A nonce enters one session at most: (own nonce, peer's nonce) never repeats, hence no key,
/// hence no GCM nonce. The node whose name sorts first chooses the root: the newest that the peer acknowledged.
/// Counters are strict; a lost message ends the session and a new Hello starts the next.
/// </para>
/// <para>
/// Trade-offs: messages may be lost by the relay or at a restart, and the sender is not told: what must arrive is
/// acknowledged a layer above. What arrives was sent once, and in this order. Plaintexts are padded to a multiple of
/// 256 bytes, which hides little lengths, not how many messages there are. The hub can cause endless handshakes; that
/// is denial of service, and the caller limits the rate of <see cref="CreateHello"/>.
/// </para>
/// <para>
/// No sockets, no clock, not thread-safe: messages must leave in the order of the <see cref="Protect"/> calls, so the
/// caller serialises both together. A reply to a Hello leaves before anything protected after it.
/// </para>
/// </remarks>
public sealed class PeerChannel : IDisposable
{
    /// <summary>Longest plaintext, 16 MiB: 100 times the largest assignment of keys.</summary>
    public const int PlaintextBytesMax = 1 << 24;

    /// <summary>Padded plaintexts (with their 4-byte length) are multiples of this.</summary>
    public const int PaddingBytes = 256;

    /// <summary>Messages per session and direction; half of it asks for a new session.</summary>
    public const long MessagesMax = 1L << 32;

    private const byte DataType = 2;
    private const int SessionAt = 4;
    private const int CounterAt = SessionAt + sizeof(ulong);
    private const int HeaderBytes = CounterAt + sizeof(long);

    private readonly KeyPool pool;
    private readonly IKeyRandomness randomness;
    private readonly ChannelKeys keys;
    private byte[]? openNonce;
    private BlockId openRoot;
    private ChannelSession? current;
    private ChannelSession? previous;
    private bool sawUnknownSession;

    /// <summary>A channel without a session. The pool stays the caller's.</summary>
    public PeerChannel(KeyPool pool, IKeyRandomness randomness)
    {
        this.pool = pool;
        this.randomness = randomness;
        keys = new ChannelKeys(pool);
    }

    /// <summary>Whether <see cref="Protect"/> may be called.</summary>
    public bool IsEstablished => current is { SendCounter: < MessagesMax };

    /// <summary>
    /// Whether a Hello should be sent: no session, a broken or long one, messages of a session that this node has not
    /// (the peer may be ahead), or, at the lower-named node, a newer root.
    /// </summary>
    public bool IsHelloWanted =>
        current is null
        || current.IsBroken
        || sawUnknownSession
        || current.SendCounter >= MessagesMax / 2
        || (ChoosesRoot && pool.NewestSharedRoot is { } newest && newest != current.Root);

    /// <summary>The root of the present session, or null.</summary>
    public BlockId? SessionRoot => current?.Root;

    private bool ChoosesRoot => pool.Sending == PadDirection.LowerToHigher;

    /// <summary>Whether bytes from the relay are for <see cref="HandleHello"/>; otherwise for TryUnprotect.</summary>
    public static bool IsHello(ReadOnlySpan<byte> message) => !message.IsEmpty && message[0] == HelloMessage.Type;

    /// <summary>
    /// Stores a root of produced key, durably, and says nothing to the peer: the caller then acknowledges it.
    /// </summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public SegmentOutcome InstallRoot(BlockId id, ReadOnlySpan<byte> key) => pool.AddRoot(id, key);

    /// <summary>
    /// Notes the peer's authenticated acknowledgement of a root. At the lower-named node this makes
    /// <see cref="IsHelloWanted"/> true: the next session uses it.
    /// </summary>
    public SegmentOutcome MarkPeerHoldsRoot(BlockId id) => pool.MarkRootPeerHolds(id);

    /// <summary>A Hello that asks for a session; the present one, if any, stands until the handshake is complete.</summary>
    /// <exception cref="InvalidOperationException">The pool holds no root that the peer is known to hold.</exception>
    public byte[] CreateHello()
    {
        BlockId root = OpenNonce();
        return Encode(root, openNonce!, new byte[HelloMessage.NonceBytes], isEstablished: false)!;
    }

    /// <summary>Handles a Hello from the relay. Never throws on bad bytes.</summary>
    public HandshakeResult HandleHello(ReadOnlySpan<byte> message)
    {
        if (HelloMessage.TryDecode(message) is not { } hello)
        {
            return new HandshakeResult(HandshakeOutcome.Malformed, null);
        }

        if (hello.Direction != pool.Receiving)
        {
            return new HandshakeResult(HandshakeOutcome.Reflected, null);
        }

        Span<byte> code = stackalloc byte[HelloMessage.CodeBytes];
        if (!keys.TryHelloCode(hello.Root, message[..HelloMessage.CodeAt], code))
        {
            return new HandshakeResult(HandshakeOutcome.UnknownRoot, null);
        }

        if (!CryptographicOperations.FixedTimeEquals(code, message[HelloMessage.CodeAt..]))
        {
            return new HandshakeResult(HandshakeOutcome.BadCode, null);
        }

        if (Echoes(hello, openNonce) && (!ChoosesRoot || hello.Root == openRoot))
        {
            return Establish(hello);
        }

        if (current is not null && Echoes(hello, current.OwnNonce) && hello.Nonce.AsSpan().SequenceEqual(current.PeerNonce))
        {
            // The peer may have missed the reply that lets it take up the session.
            return new HandshakeResult(HandshakeOutcome.AlreadyEstablished, hello.IsEstablished ? null : Confirm());
        }

        return hello.IsEstablished ? new HandshakeResult(HandshakeOutcome.Stale, null) : Answer(hello);
    }

    /// <summary>
    /// Encrypts a message for the peer: 20 bytes of header, the padded ciphertext, 16 bytes of tag.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no session (<see cref="IsEstablished"/>).</exception>
    /// <exception cref="ArgumentException">Longer than <see cref="PlaintextBytesMax"/>.</exception>
    public byte[] Protect(ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length > PlaintextBytesMax)
        {
            throw new ArgumentException($"More than {PlaintextBytesMax} bytes.", nameof(plaintext));
        }

        if (!IsEstablished)
        {
            throw new InvalidOperationException("There is no session with the peer.");
        }

        byte[] padded = new byte[PaddedBytes(plaintext.Length)];
        BinaryPrimitives.WriteInt32BigEndian(padded, plaintext.Length);
        plaintext.CopyTo(padded.AsSpan(sizeof(int)));

        byte[] message = new byte[HeaderBytes + padded.Length + ChannelSession.TagBytes];
        message[0] = DataType;
        message[1] = HelloMessage.Version;
        message[2] = (byte)pool.Sending;
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(SessionAt), current!.Id);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(CounterAt), current.SendCounter);
        current.Encrypt(padded, message.AsSpan(0, HeaderBytes), message.AsSpan(HeaderBytes));
        CryptographicOperations.ZeroMemory(padded);
        return message;
    }

    /// <summary>Decrypts a message of the peer; false and the fault when it is refused. Never throws on bad bytes.</summary>
    public bool TryUnprotect(ReadOnlySpan<byte> message, [NotNullWhen(true)] out byte[]? plaintext, out PeerChannelFault fault)
    {
        plaintext = null;
        fault = CheckHeader(message, out ChannelSession? session);
        if (fault != PeerChannelFault.None || session is null)
        {
            return false;
        }

        ReadOnlySpan<byte> header = message[..HeaderBytes];
        long counter = BinaryPrimitives.ReadInt64BigEndian(header[CounterAt..]);
        byte[] padded = new byte[message.Length - HeaderBytes - ChannelSession.TagBytes];
        if (!session.TryDecrypt(counter, message[HeaderBytes..], header, padded))
        {
            fault = PeerChannelFault.BadTag;
            return false;
        }

        fault = counter < session.ReceiveCounter ? PeerChannelFault.Replayed
            : counter > session.ReceiveCounter || session.IsBroken ? PeerChannelFault.Lost
            : PeerChannelFault.None;
        session.IsBroken |= fault == PeerChannelFault.Lost;
        if (fault == PeerChannelFault.None)
        {
            session.ReceiveCounter++;
            DropPreviousUnless(session);
            int length = BinaryPrimitives.ReadInt32BigEndian(padded);
            if (length < 0 || length > PlaintextBytesMax || PaddedBytes(length) != padded.Length)
            {
                fault = PeerChannelFault.Malformed;
            }
            else
            {
                plaintext = padded.AsSpan(sizeof(int), length).ToArray();
            }
        }

        CryptographicOperations.ZeroMemory(padded);
        return plaintext is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        current?.Dispose();
        previous?.Dispose();
        current = previous = null;
    }

    private static int PaddedBytes(int length) =>
        (sizeof(int) + length + PaddingBytes - 1) / PaddingBytes * PaddingBytes;

    private static bool Echoes(HelloMessage hello, byte[]? nonce) =>
        nonce is not null && hello.Echo.AsSpan().SequenceEqual(nonce);

    private HandshakeResult Establish(HelloMessage hello)
    {
        byte[] own = openNonce!;
        openNonce = null; // this nonce is used up, whatever follows
        if (keys.TryMakeSession(hello.Root, own, hello.Nonce) is not { } session)
        {
            return new HandshakeResult(HandshakeOutcome.UnknownRoot, null);
        }

        // What the peer sent before it took up the new session may still be under way: receive it until then.
        previous?.Dispose();
        previous = current;
        current = session;
        sawUnknownSession = false;
        return new HandshakeResult(HandshakeOutcome.Established, hello.IsEstablished ? null : Confirm());
    }

    private HandshakeResult Answer(HelloMessage hello)
    {
        BlockId root = OpenNonce();
        byte[]? reply = Encode(ChoosesRoot ? root : hello.Root, openNonce!, hello.Nonce, isEstablished: false);
        return new HandshakeResult(HandshakeOutcome.Answered, reply);
    }

    private byte[]? Confirm() => Encode(current!.Root, current.OwnNonce, current.PeerNonce, isEstablished: true);

    /// <summary>
    /// Makes sure of a nonce that no session uses, and gives the root to name. At the node that chooses, a nonce goes
    /// with one root: when a newer root came since, a new nonce is drawn.
    /// </summary>
    private BlockId OpenNonce()
    {
        BlockId root = pool.NewestSharedRoot ?? throw new InvalidOperationException("The pool holds no shared root.");
        if (openNonce is null || root != openRoot)
        {
            openNonce = new byte[HelloMessage.NonceBytes];
            randomness.Fill(openNonce);
            openRoot = root;
        }

        return root;
    }

    private byte[]? Encode(BlockId root, byte[] nonce, byte[] echo, bool isEstablished)
    {
        byte[] bytes = new HelloMessage
        {
            Direction = pool.Sending,
            Root = root,
            Nonce = nonce,
            Echo = echo,
            IsEstablished = isEstablished,
        }.Encode();
        return keys.TryHelloCode(root, bytes.AsSpan(0, HelloMessage.CodeAt), bytes.AsSpan(HelloMessage.CodeAt))
            ? bytes
            : null;
    }

    private PeerChannelFault CheckHeader(ReadOnlySpan<byte> message, out ChannelSession? session)
    {
        session = null;
        int padded = message.Length - HeaderBytes - ChannelSession.TagBytes;
        if (padded < PaddingBytes
            || padded > PaddedBytes(PlaintextBytesMax)
            || padded % PaddingBytes != 0
            || message[0] != DataType
            || message[1] != HelloMessage.Version
            || message[2] > (byte)PadDirection.HigherToLower
            || message[3] != 0)
        {
            return PeerChannelFault.Malformed;
        }

        if (message[2] != (byte)pool.Receiving)
        {
            return PeerChannelFault.Reflected;
        }

        ulong id = BinaryPrimitives.ReadUInt64BigEndian(message[SessionAt..]);
        session = current?.Id == id ? current : previous?.Id == id ? previous : null;
        sawUnknownSession |= session is null;
        return session is null ? PeerChannelFault.UnknownSession : PeerChannelFault.None;
    }

    private void DropPreviousUnless(ChannelSession session)
    {
        if (session == current)
        {
            previous?.Dispose();
            previous = null;
        }
    }
}
