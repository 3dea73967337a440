using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>
/// Messages between two key management entities (shared/protocol/KEY-AGREEMENT.md). All integers big-endian; every message
/// starts with version and type. Decoders accept exactly what the encoders write.
/// </summary>
internal static class AgreementCodec
{
    /// <summary>Version in the first byte of every message.</summary>
    public const byte Version = 1;

    /// <summary>Longest SAE id in UTF-8 bytes.</summary>
    public const int SaeIdBytesMax = 255;

    /// <summary>Most keys in one assignment.</summary>
    public const int KeysMax = 128;

    /// <summary>Longest key in bits.</summary>
    public const int KeySizeBitsMax = 4096;

    private const int HeaderSize = 2;
    private const int GuidSize = 16;
    private const int ChunkSize = BlockId.Size + sizeof(int);
    private const int ClaimSize = BlockId.Size + sizeof(int);
    private const int VerdictSize = BlockId.Size + 1;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Type of a message, if its version is known.</summary>
    public static bool TryReadType(ReadOnlySpan<byte> message, out AgreementMessageType type)
    {
        type = message.Length >= HeaderSize ? (AgreementMessageType)message[1] : 0;
        return message.Length >= HeaderSize && message[0] == Version;
    }

    /// <summary>Encodes an assignment as <see cref="AgreementMessageType.Assign"/> or <see cref="AgreementMessageType.Burn"/>.</summary>
    public static byte[] Encode(AgreementMessageType type, Assignment assignment)
    {
        byte[] master = Utf8.GetBytes(assignment.Master);
        byte[] slave = Utf8.GetBytes(assignment.Slave);
        int count = assignment.Chunks.Count;
        byte[] message = new byte[HeaderSize + GuidSize + 1 + master.Length + 1 + slave.Length + 4 + (count * ChunkSize)];
        Span<byte> rest = WriteHeader(message, type);
        assignment.Id.TryWriteBytes(rest, bigEndian: true, out _);
        rest = WriteText(rest[GuidSize..], master);
        rest = WriteText(rest, slave);
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)assignment.SizeBits));
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], checked((ushort)count));
        rest = rest[4..];
        foreach (ChunkReference chunk in assignment.Chunks)
        {
            chunk.Block.Write(rest);
            BinaryPrimitives.WriteInt32BigEndian(rest[BlockId.Size..], chunk.Index);
            rest = rest[ChunkSize..];
        }
        return message;
    }

    /// <summary>Decodes the body of either message type.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> message, [NotNullWhen(true)] out Assignment? assignment)
    {
        assignment = null;
        if (message.Length < HeaderSize + GuidSize)
        {
            return false;
        }
        Guid id = new(message.Slice(HeaderSize, GuidSize), bigEndian: true);
        ReadOnlySpan<byte> rest = message[(HeaderSize + GuidSize)..];
        if (!TryReadText(ref rest, out string? master) || !TryReadText(ref rest, out string? slave) || rest.Length < 4)
        {
            return false;
        }
        int sizeBits = BinaryPrimitives.ReadUInt16BigEndian(rest);
        int count = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        rest = rest[4..];
        if (sizeBits is 0 or > KeySizeBitsMax || sizeBits % 8 != 0 || count == 0 || rest.Length != count * ChunkSize
            || count % ChunkReference.PerKey(sizeBits) != 0 || count / ChunkReference.PerKey(sizeBits) > KeysMax)
        {
            return false;
        }
        ChunkReference[] chunks = new ChunkReference[count];
        for (int i = 0; i < count; i++)
        {
            int index = BinaryPrimitives.ReadInt32BigEndian(rest[BlockId.Size..]);
            if (index < 0)
            {
                return false;
            }
            chunks[i] = new ChunkReference(BlockId.Read(rest), index);
            rest = rest[ChunkSize..];
        }
        assignment = new Assignment(id, master, slave, sizeBits, chunks);
        return true;
    }

    /// <summary>Encodes the reply to <see cref="AgreementMessageType.Assign"/>.</summary>
    public static byte[] EncodeAssignReply(Guid id, AcceptStatus status)
    {
        byte[] message = new byte[HeaderSize + GuidSize + 1];
        id.TryWriteBytes(WriteHeader(message, AgreementMessageType.AssignReply), bigEndian: true, out _);
        message[^1] = (byte)status;
        return message;
    }

    /// <summary>Decodes the reply to the assignment <paramref name="id"/>.</summary>
    public static bool TryDecodeAssignReply(ReadOnlySpan<byte> message, Guid id, out AcceptStatus status)
    {
        status = AcceptStatus.Malformed;
        if (message.Length != HeaderSize + GuidSize + 1 || !Answers(message, AgreementMessageType.AssignReply, id)
            || message[^1] > (byte)AcceptStatus.Malformed)
        {
            return false;
        }
        status = (AcceptStatus)message[^1];
        return true;
    }

    /// <summary>Encodes the reply to <see cref="AgreementMessageType.Burn"/>.</summary>
    public static byte[] EncodeBurnReply(Guid id)
    {
        byte[] message = new byte[HeaderSize + GuidSize];
        id.TryWriteBytes(WriteHeader(message, AgreementMessageType.BurnReply), bigEndian: true, out _);
        return message;
    }

    /// <summary>Whether this is the reply to the burning of <paramref name="id"/>.</summary>
    public static bool IsBurnReply(ReadOnlySpan<byte> message, Guid id) =>
        message.Length == HeaderSize + GuidSize && Answers(message, AgreementMessageType.BurnReply, id);

    /// <summary>Encodes a page as <see cref="AgreementMessageType.Sync"/> or <see cref="AgreementMessageType.SyncReply"/>.</summary>
    public static byte[] Encode(AgreementMessageType type, SyncPage page)
    {
        byte[] message = new byte[HeaderSize + 12 + (page.Claims.Count * ClaimSize) + (page.Verdicts.Count * VerdictSize)];
        Span<byte> rest = WriteHeader(message, type);
        BinaryPrimitives.WriteInt64BigEndian(rest, page.Cursor);
        BinaryPrimitives.WriteUInt16BigEndian(rest[8..], checked((ushort)page.Claims.Count));
        BinaryPrimitives.WriteUInt16BigEndian(rest[10..], checked((ushort)page.Verdicts.Count));
        rest = rest[12..];
        foreach (BlockClaim claim in page.Claims)
        {
            claim.Block.Write(rest);
            BinaryPrimitives.WriteInt32BigEndian(rest[BlockId.Size..], claim.Chunks);
            rest = rest[ClaimSize..];
        }
        foreach (BlockVerdict verdict in page.Verdicts)
        {
            verdict.Block.Write(rest);
            rest[BlockId.Size] = verdict.Held ? (byte)1 : (byte)0;
            rest = rest[VerdictSize..];
        }
        return message;
    }

    /// <summary>Decodes a page of the given type.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> message, AgreementMessageType type, [NotNullWhen(true)] out SyncPage? page)
    {
        page = null;
        if (message.Length < HeaderSize + 12 || !TryReadType(message, out AgreementMessageType found) || found != type)
        {
            return false;
        }
        ReadOnlySpan<byte> rest = message[HeaderSize..];
        long cursor = BinaryPrimitives.ReadInt64BigEndian(rest);
        int claimCount = BinaryPrimitives.ReadUInt16BigEndian(rest[8..]);
        int verdictCount = BinaryPrimitives.ReadUInt16BigEndian(rest[10..]);
        rest = rest[12..];
        if (cursor < 0 || claimCount > SyncPage.ItemsMax || verdictCount > SyncPage.ItemsMax
            || rest.Length != (claimCount * ClaimSize) + (verdictCount * VerdictSize))
        {
            return false;
        }
        BlockClaim[] claims = new BlockClaim[claimCount];
        for (int i = 0; i < claimCount; i++)
        {
            claims[i] = new BlockClaim(BlockId.Read(rest), BinaryPrimitives.ReadInt32BigEndian(rest[BlockId.Size..]));
            rest = rest[ClaimSize..];
        }
        BlockVerdict[] verdicts = new BlockVerdict[verdictCount];
        for (int i = 0; i < verdictCount; i++)
        {
            if (rest[BlockId.Size] > 1)
            {
                return false;
            }
            verdicts[i] = new BlockVerdict(BlockId.Read(rest), rest[BlockId.Size] == 1);
            rest = rest[VerdictSize..];
        }
        page = new SyncPage(cursor, claims, verdicts);
        return Array.TrueForAll(claims, claim => claim.Chunks > 0);
    }

    private static Span<byte> WriteHeader(Span<byte> message, AgreementMessageType type)
    {
        message[0] = Version;
        message[1] = (byte)type;
        return message[HeaderSize..];
    }

    private static bool Answers(ReadOnlySpan<byte> message, AgreementMessageType type, Guid id) =>
        TryReadType(message, out AgreementMessageType found) && found == type
        && new Guid(message.Slice(HeaderSize, GuidSize), bigEndian: true) == id;

    private static Span<byte> WriteText(Span<byte> rest, byte[] text)
    {
        rest[0] = checked((byte)text.Length);
        text.CopyTo(rest[1..]);
        return rest[(1 + text.Length)..];
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> rest, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (rest.Length == 0 || rest[0] == 0 || rest.Length < 1 + rest[0])
        {
            return false;
        }
        try
        {
            text = Utf8.GetString(rest.Slice(1, rest[0]));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        rest = rest[(1 + rest[0])..];
        return true;
    }
}
