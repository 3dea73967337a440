using System.Buffers.Binary;
using System.Security.Cryptography;
using MdiQkd.Authentication;
using MdiQkd.Authentication.Pool;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>
/// Content of one authenticated message of a block: a header that binds kind, sender and block, then named parts, each followed by
/// its length (as many parts as the kind has). Both users build the same content, the receiver from what it knows itself.
/// </summary>
internal sealed class TagContent
{
    private readonly CheckpointKind kind;
    private readonly BlockId block;
    private readonly List<(string Name, IReadOnlyList<ReadOnlyMemory<byte>> Pieces)> parts = [];

    /// <summary>Starts a content.</summary>
    public TagContent(CheckpointKind kind, BlockId block)
    {
        this.kind = kind;
        this.block = block;
    }

    /// <summary>Adds a part; how it is cut into pieces does not matter.</summary>
    public TagContent With(string name, params IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        parts.Add((name, pieces));
        return this;
    }

    /// <summary>Seals the content as its sender; spends one pad.</summary>
    /// <param name="pool">Pads of the pair.</param>
    /// <param name="senderIsReference">Whether the sender is A.</param>
    /// <param name="tag">Pad address and tag.</param>
    /// <returns>Why the pool refused, or None.</returns>
    public SealRefusal Seal(KeyPool pool, bool senderIsReference, out PadTag tag)
    {
        using SealBuilder builder = pool.BeginSeal();
        Write(builder, senderIsReference);
        SealResult result = builder.Seal();
        byte[] address = new byte[PadAddress.Size];
        result.Address.Write(address);
        tag = new PadTag
        {
            Address = Google.Protobuf.ByteString.CopyFrom(address),
            Tag = Google.Protobuf.ByteString.CopyFrom(result.Tag.ToArray()),
        };
        return result.Refusal;
    }

    /// <summary>Checks a received tag over this content.</summary>
    public VerificationResult Verify(KeyPool pool, bool senderIsReference, PadTag? tag)
    {
        if (tag is null || !PadAddress.TryRead(tag.Address.Span, out PadAddress address)
            || !AuthenticationTag.TryRead(tag.Tag.Span, out AuthenticationTag received))
        {
            return VerificationResult.BadTag;
        }

        using VerificationBuilder builder = pool.BeginVerify(address);
        if (builder.AddressCheck == VerificationResult.Valid)
        {
            Write(builder, senderIsReference);
        }

        return builder.Verify(received);
    }

    /// <summary>SHA-256 of each part.</summary>
    public IReadOnlyList<byte[]> Digests()
    {
        List<byte[]> digests = [];
        foreach ((_, IReadOnlyList<ReadOnlyMemory<byte>> pieces) in parts)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (ReadOnlyMemory<byte> piece in pieces)
            {
                hash.AppendData(piece.Span);
            }

            digests.Add(hash.GetHashAndReset());
        }

        return digests;
    }

    /// <summary>Name of the first part whose digest differs from the sender's; not authenticated, for the operator only.</summary>
    public string FirstDifference(IReadOnlyList<Google.Protobuf.ByteString> theirs)
    {
        IReadOnlyList<byte[]> own = Digests();
        for (int index = 0; index < own.Count; index++)
        {
            if (index >= theirs.Count || !theirs[index].Span.SequenceEqual(own[index]))
            {
                return parts[index].Name;
            }
        }

        return "none, so the tag itself was changed";
    }

    private void Write(TagBuilder builder, bool senderIsReference)
    {
        Span<byte> header = stackalloc byte[8 + BlockId.Size];
        "MDIQKD"u8.CopyTo(header);
        header[6] = (byte)kind;
        header[7] = senderIsReference ? (byte)0 : (byte)1;
        block.Write(header[8..]);
        builder.Append(header);
        Span<byte> length = stackalloc byte[8];
        foreach ((_, IReadOnlyList<ReadOnlyMemory<byte>> pieces) in parts)
        {
            long total = 0;
            foreach (ReadOnlyMemory<byte> piece in pieces)
            {
                total += piece.Length;
                builder.Append(piece.Span);
            }

            BinaryPrimitives.WriteInt64LittleEndian(length, total);
            builder.Append(length);
        }
    }
}
