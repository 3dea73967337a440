using CsCheck;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Tests;

public sealed class AgreementCodecTests
{
    private const string AssignHex = "0101" + "00112233445566778899aabbccddeeff" + "046d312d61" + "02c3bc" + "0108" + "0002"
        + "0102030405060708090a0b0c0d0e0f1000000002" + "0102030405060708090a0b0c0d0e0f1000000004";

    private const string SyncHex = "0103" + "0000000000000007" + "0001" + "0002"
        + "0102030405060708090a0b0c0d0e0f10000003e8"
        + "0102030405060708090a0b0c0d0e0f1001" + "0000000000000000000000000000000500";

    private static readonly BlockId Block = BlockId.Parse("0102030405060708090a0b0c0d0e0f10");
    private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Assignment Golden = new(Id, "m1-a", "ü", 264, [new(Block, 2), new(Block, 4)]);
    private static readonly SyncPage GoldenPage = new(7, [new(Block, 1000)], [new(Block, true), new(new BlockId(5), false)]);

    [Fact]
    public void Golden_vectors_hold()
    {
        Assert.Equal(AssignHex, Convert.ToHexStringLower(AgreementCodec.Encode(AgreementMessageType.Assign, Golden)));
        Assert.Equal("0102" + AssignHex[4..], Convert.ToHexStringLower(AgreementCodec.Encode(AgreementMessageType.Burn, Golden)));
        Assert.Equal(SyncHex, Convert.ToHexStringLower(AgreementCodec.Encode(AgreementMessageType.Sync, GoldenPage)));
        Assert.Equal("0183" + SyncHex[4..], Convert.ToHexStringLower(AgreementCodec.Encode(AgreementMessageType.SyncReply, GoldenPage)));
        Assert.Equal("018100112233445566778899aabbccddeeff03",
            Convert.ToHexStringLower(AgreementCodec.EncodeAssignReply(Id, AcceptStatus.UnknownSae)));
        Assert.Equal("018200112233445566778899aabbccddeeff", Convert.ToHexStringLower(AgreementCodec.EncodeBurnReply(Id)));
    }

    [Fact]
    public void Status_bytes_are_pinned() =>
        Assert.Equal([0, 1, 2, 3, 4], Enum.GetValues<AcceptStatus>().Select(status => (int)status));

    [Fact]
    public void What_is_decoded_was_encoded()
    {
        Assert.True(AgreementCodec.TryDecode(Convert.FromHexString(AssignHex), out Assignment? assignment));
        Assert.Equal(Golden with { Chunks = assignment.Chunks }, assignment);
        Assert.Equal(Golden.Chunks, assignment.Chunks);
        Assert.True(AgreementCodec.TryDecode(Convert.FromHexString(SyncHex), AgreementMessageType.Sync, out SyncPage? page));
        Assert.Equal(GoldenPage.Cursor, page.Cursor);
        Assert.Equal(GoldenPage.Claims, page.Claims);
        Assert.Equal(GoldenPage.Verdicts, page.Verdicts);
        Assert.False(AgreementCodec.TryDecode(Convert.FromHexString(SyncHex), AgreementMessageType.SyncReply, out SyncPage? _));
        byte[] reply = AgreementCodec.EncodeAssignReply(Id, AcceptStatus.KeysNotHeld);
        Assert.True(AgreementCodec.TryDecodeAssignReply(reply, Id, out AcceptStatus status));
        Assert.Equal(AcceptStatus.KeysNotHeld, status);
        Assert.False(AgreementCodec.TryDecodeAssignReply(reply, Guid.NewGuid(), out _));
        Assert.True(AgreementCodec.IsBurnReply(AgreementCodec.EncodeBurnReply(Id), Id));
        Assert.False(AgreementCodec.IsBurnReply(AgreementCodec.EncodeBurnReply(Id), Guid.NewGuid()));
    }

    [Fact]
    public void Every_truncation_and_extension_is_refused()
    {
        byte[] assign = Convert.FromHexString(AssignHex);
        byte[] sync = Convert.FromHexString(SyncHex);
        byte[] reply = AgreementCodec.EncodeAssignReply(Id, AcceptStatus.Accepted);
        for (int length = 0; length < assign.Length; length++)
        {
            Assert.False(AgreementCodec.TryDecode(assign.AsSpan(0, length), out _));
        }
        for (int length = 0; length < sync.Length; length++)
        {
            Assert.False(AgreementCodec.TryDecode(sync.AsSpan(0, length), AgreementMessageType.Sync, out SyncPage? _));
        }
        for (int length = 0; length < reply.Length; length++)
        {
            Assert.False(AgreementCodec.TryDecodeAssignReply(reply.AsSpan(0, length), Id, out _));
        }
        Assert.False(AgreementCodec.TryDecode([.. assign, 0], out _));
        Assert.False(AgreementCodec.TryDecode([.. sync, 0], AgreementMessageType.Sync, out SyncPage? _));
        Assert.False(AgreementCodec.TryDecodeAssignReply([.. reply, 0], Id, out _));
    }

    [Theory]
    [InlineData("size 0", "0108", "0000")]
    [InlineData("size 257", "0108", "0101")]
    [InlineData("size 4104", "0108", "1008")]
    [InlineData("count 0", "01080002", "01080000")]
    [InlineData("count not a whole number of keys", "01080002", "02080002")]
    [InlineData("negative index", "00000004", "80000004")]
    [InlineData("empty slave", "02c3bc", "00")]
    [InlineData("slave is not UTF-8", "02c3bc", "02c3c3")]
    public void Wrong_values_are_refused(string what, string right, string wrong)
    {
        int at = AssignHex.LastIndexOf(right, StringComparison.Ordinal);
        string hex = string.Concat(AssignHex.AsSpan(0, at), wrong, AssignHex.AsSpan(at + right.Length));
        Assert.False(AgreementCodec.TryDecode(Convert.FromHexString(hex), out _), what);
    }

    [Fact]
    public void Too_many_keys_or_claims_are_refused()
    {
        ChunkReference[] chunks = [.. Enumerable.Range(0, AgreementCodec.KeysMax + 1).Select(i => new ChunkReference(Block, 2 * i))];
        Assignment tooMany = new(Id, "a", "b", 256, chunks);
        Assert.False(AgreementCodec.TryDecode(AgreementCodec.Encode(AgreementMessageType.Assign, tooMany), out _));
        Assert.True(AgreementCodec.TryDecode(AgreementCodec.Encode(AgreementMessageType.Assign, tooMany with { Chunks = chunks[1..] }), out _));
        SyncPage page = new(0, [.. Enumerable.Repeat(new BlockClaim(Block, 1), SyncPage.ItemsMax + 1)], []);
        Assert.False(AgreementCodec.TryDecode(AgreementCodec.Encode(AgreementMessageType.Sync, page), AgreementMessageType.Sync, out SyncPage? _));
        SyncPage empty = new(0, [new BlockClaim(Block, 0)], []);
        Assert.False(AgreementCodec.TryDecode(AgreementCodec.Encode(AgreementMessageType.Sync, empty), AgreementMessageType.Sync, out SyncPage? _));
    }

    [Fact]
    public void Arbitrary_bytes_are_refused_or_encode_to_themselves() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        if (AgreementCodec.TryDecode(bytes, out Assignment? assignment))
        {
            Assert.Equal(bytes[2..], AgreementCodec.Encode(AgreementMessageType.Assign, assignment)[2..]);
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0201")]
    [InlineData("0104")]
    [InlineData("0181")]
    [InlineData("0101")]
    [InlineData("0102")]
    [InlineData("0103")]
    public async Task Unusable_requests_throw_and_change_nothing(string hex)
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 4);
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            pair.NodeB.Agreement.HandleRequestAsync(NodePair.A, Convert.FromHexString(hex), CancellationToken.None));
        Assert.Equal(4 * 256, pair.NodeB.Store.Level(NodePair.A));
    }
}
