using System.Buffers.Binary;
using Google.Protobuf;
using MdiQkd.Authentication.Pool;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Sifting;

namespace MdiQkd.Node.Pair;

/// <content>What the tags cover, and what a wrong one costs.</content>
internal sealed partial class BlockDistillation
{
    private TagContent KeyContent(
        Messages.Verification verification, long keyBits, int refillPads, ReadOnlyMemory<byte> amplificationSeed) =>
        new TagContent(CheckpointKind.T3, plan.Id)
            .With("reconciliation", exchange!.Content())
            .With("verification", verification.ToByteArray())
            .With("key length and refill", BitConverter.GetBytes(keyBits), BitConverter.GetBytes(refillPads))
            .With("amplification seed", amplificationSeed);

    private TagContent StoredContent() =>
        new TagContent(CheckpointKind.Stored, plan.Id).With("key length", BitConverter.GetBytes(KeyBits));

    private Fault? SendCheckpoint(CheckpointKind kind, TagContent content)
    {
        if (content.Seal(pool, isReference, out PadTag tag) is var refusal && refusal != SealRefusal.None)
        {
            return PoolFault(refusal);
        }

        Checkpoint message = new() { Block = blockId, Kind = kind, Tag = tag };
        message.Digests.AddRange(content.Digests().Select(digest => UnsafeByteOperations.UnsafeWrap(digest)));
        sentList ??= message;
        toPeer(new PeerMessage { Checkpoint = message });
        return null;
    }

    /// <summary>
    /// A wrong tag proves nothing (anybody may have sent it) and costs nothing but an attempt: the block goes on waiting for
    /// the right one until the pool calls it off after its limit, or the time-out ends the block.
    /// </summary>
    private bool Check(TagContent content, Checkpoint message)
    {
        VerificationResult result = content.Verify(pool, !isReference, message.Tag);
        if (result == VerificationResult.Valid)
        {
            return true;
        }

        string part = content.FirstDifference(message.Digests);
        Note(result, $"{message.Kind} (first differing part: {part})");
        tagFault = result == VerificationResult.AbortBlock
            ? new Fault(AbortReason.AuthenticationFailed, Remark)
            : null;
        return false;
    }

    private Fault? TagFault() => tagFault;

    private void Note(VerificationResult result, string what) => Remark = $"refused {what}: {result}";

    private static Fault PoolFault(SealRefusal refusal) =>
        new(AbortReason.AuthenticationPoolLow, $"no pad for a tag: {refusal}");

    private static ReadOnlyMemory<byte>[] PlaneBytes(LabelPlanes planes) =>
    [
        BitPlane.ToBytes(planes.High, planes.Events),
        BitPlane.ToBytes(planes.Low, planes.Events),
        BitPlane.ToBytes(planes.XBits, planes.XBitCount),
    ];

    private static byte[] CountBytes(CoincidenceCounts counts)
    {
        byte[] bytes = new byte[8 * (16 + 4)];
        int position = 0;
        foreach (IntensityLabel a in Enum.GetValues<IntensityLabel>())
        {
            foreach (IntensityLabel b in Enum.GetValues<IntensityLabel>())
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * position++), counts[a, b]);
            }
        }

        foreach (IntensityLabel a in (ReadOnlySpan<IntensityLabel>)[IntensityLabel.W, IntensityLabel.V])
        {
            foreach (IntensityLabel b in (ReadOnlySpan<IntensityLabel>)[IntensityLabel.W, IntensityLabel.V])
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * position++), counts.Errors(a, b));
            }
        }

        return bytes;
    }
}
