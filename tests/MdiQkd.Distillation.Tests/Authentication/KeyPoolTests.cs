using MdiQkd.Authentication;
using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Authentication;

public sealed class KeyPoolTests
{
    [Fact]
    public void Tags_verify_in_both_directions_and_only_for_the_message()
    {
        using PoolPair pair = new();
        SealResult fromA = PoolPair.Seal(pair.A, "T1");
        Assert.True(fromA.IsSealed);
        Assert.Equal(PadDirection.LowerToHigher, fromA.Address.Direction);
        Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.B, "T1'", fromA));
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "T1", fromA));
        SealResult fromB = PoolPair.Seal(pair.B, "T1");
        Assert.Equal(PadDirection.HigherToLower, fromB.Address.Direction);
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.A, "T1", fromB));
        Assert.False(fromA.Tag.Matches(fromB.Tag));
    }

    [Fact]
    public void Replay_and_reordering_are_refused()
    {
        using PoolPair pair = new();
        SealResult first = PoolPair.Seal(pair.A, "first");
        SealResult second = PoolPair.Seal(pair.A, "second");
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "second", second));
        Assert.Equal(VerificationResult.Replayed, PoolPair.Verify(pair.B, "second", second));
        Assert.Equal(VerificationResult.Replayed, PoolPair.Verify(pair.B, "first", first));
    }

    [Fact]
    public void A_replay_checked_before_and_finished_after_the_original_is_refused()
    {
        using PoolPair pair = new();
        SealResult sealedOnce = PoolPair.Seal(pair.A, "");
        using VerificationBuilder one = pair.B.BeginVerify(sealedOnce.Address);
        using VerificationBuilder two = pair.B.BeginVerify(sealedOnce.Address);
        Assert.Equal(VerificationResult.Valid, one.Verify(sealedOnce.Tag));
        Assert.Equal(VerificationResult.Replayed, two.Verify(sealedOnce.Tag));
    }

    [Fact]
    public void Reflection_is_refused()
    {
        using PoolPair pair = new();
        SealResult result = PoolPair.Seal(pair.A, "mine");
        Assert.Equal(VerificationResult.WrongDirection, PoolPair.Verify(pair.A, "mine", result));
        PadAddress turned = result.Address with { Direction = PadDirection.HigherToLower };
        Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.A, "mine", turned, result.Tag));
    }

    [Fact]
    public void Messages_of_another_pair_or_provisioning_are_refused()
    {
        using PoolPair pair = new(seed: 1);
        using PoolPair other = new(seed: 2);
        SealResult foreign = PoolPair.Seal(other.A, "x");
        Assert.Equal(VerificationResult.UnknownSegment, PoolPair.Verify(pair.B, "x", foreign));
        PadAddress relabelled = foreign.Address with { Segment = PoolPair.Seal(pair.A, "x").Address.Segment };
        Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.B, "x", relabelled, foreign.Tag));
    }

    [Fact]
    public void A_tag_does_not_pass_at_another_offset()
    {
        using PoolPair pair = new();
        SealResult result = PoolPair.Seal(pair.A, "x");
        Assert.Equal(
            VerificationResult.BadTag, PoolPair.Verify(pair.B, "x", result.Address with { Offset = 1 }, result.Tag));
    }

    [Fact]
    public void Forward_jumps_are_bounded()
    {
        using PoolPair pair = new(settings: new KeyPoolSettings { ForwardJumpMax = 3 });
        SealResult[] results = [.. Enumerable.Range(0, 6).Select(i => PoolPair.Seal(pair.A, "x"))];
        Assert.Equal(VerificationResult.JumpTooFar, PoolPair.Verify(pair.B, "x", results[4]));
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "x", results[3]));
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "x", results[5]));
        PadAddress beyond = results[0].Address with { Offset = KeyPool.ProvisionedPadsMin };
        Assert.Equal(VerificationResult.OffsetOutOfRange, PoolPair.Verify(pair.B, "x", beyond, results[0].Tag));
    }

    [Fact]
    public void Sixteen_bad_tags_at_one_offset_abort_the_block()
    {
        using PoolPair pair = new();
        SealResult good = PoolPair.Seal(pair.A, "good");
        for (int i = 1; i < 16; i++)
        {
            Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.B, "bad", good));
        }

        Assert.Equal(VerificationResult.AbortBlock, PoolPair.Verify(pair.B, "bad", good));
        Assert.Equal(VerificationResult.AbortBlock, PoolPair.Verify(pair.B, "good", good));
        SealResult next = PoolPair.Seal(pair.A, "next");
        Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.B, "bad", next)); // counted per offset
        pair.B.ForgetBadTags();
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "good", good));
    }

    [Fact]
    public void Bad_tags_never_move_the_cursor()
    {
        using PoolPair pair = new();
        int before = pair.B.Status.ReceiveRemaining;
        SealResult late = default;
        for (int i = 0; i < 5; i++)
        {
            late = PoolPair.Seal(pair.A, "x");
        }

        Assert.Equal(VerificationResult.BadTag, PoolPair.Verify(pair.B, "y", late));
        Assert.Equal(before, pair.B.Status.ReceiveRemaining);
    }

    [Fact]
    public void A_segment_is_sent_with_only_after_the_peer_is_known_to_hold_it()
    {
        using PoolPair pair = new();
        byte[] key = new byte[KeyPool.SegmentKeyBytes(4)];
        new Random(7).NextBytes(key);
        BlockId block = new(77);
        Assert.Equal(SegmentOutcome.Done, pair.A.AddSegment(block, key));
        Assert.Equal(SegmentOutcome.AlreadyDone, pair.A.AddSegment(block, key));
        Assert.NotEqual(block, PoolPair.Seal(pair.A, "x").Address.Segment);
        Assert.Equal(4, pair.A.Status.PendingRemaining);
        Assert.Equal(SegmentOutcome.Done, pair.B.AddSegment(block, key));
        Assert.Equal(SegmentOutcome.Done, pair.A.MarkPeerHolds(block));
        Assert.Equal(SegmentOutcome.AlreadyDone, pair.A.MarkPeerHolds(block));
        SealResult result = PoolPair.Seal(pair.A, "x");
        Assert.Equal(block, result.Address.Segment);

        // B does not know yet that A holds it, but may receive under it.
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "x", result));
        Assert.NotEqual(block, PoolPair.Seal(pair.B, "x").Address.Segment);
        Assert.Equal(SegmentOutcome.Unknown, pair.B.MarkPeerHolds(new BlockId(78)));
    }

    [Fact]
    public void A_spent_segment_is_zeroed_removed_and_never_taken_again()
    {
        using PoolPair pair = new();
        BlockId block = pair.AddShared(5, pads: 2);
        byte[] key = new byte[KeyPool.SegmentKeyBytes(2)];
        new Random(5).NextBytes(key);
        Assert.True(pair.StorageA.Image.AsSpan().IndexOf(key.AsSpan(0, 16)) >= 0);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "x", PoolPair.Seal(pair.A, "x")));
            Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.A, "x", PoolPair.Seal(pair.B, "x")));
        }

        Assert.Equal(1, pair.A.Status.Segments);
        Assert.Equal(1, pair.B.Status.Segments);
        for (int i = 0; i < key.Length; i += 16)
        {
            Assert.Equal(-1, pair.StorageA.Image.AsSpan().IndexOf(key.AsSpan(i, 16)));
        }

        Assert.Equal(SegmentOutcome.Retired, pair.A.AddSegment(block, key));
        Assert.NotEqual(block, PoolPair.Seal(pair.A, "x").Address.Segment);
    }

    [Fact]
    public void A_used_pad_is_zeroed_in_the_file()
    {
        using PoolPair pair = new();
        pair.AddShared(6, pads: 3);
        byte[] key = new byte[KeyPool.SegmentKeyBytes(3)];
        new Random(6).NextBytes(key);
        SealResult result = PoolPair.Seal(pair.A, "x");
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "x", result));
        byte[] pad = key.AsSpan(16, 16).ToArray();
        Assert.Equal(-1, pair.StorageA.Image.AsSpan().IndexOf(pad));
        Assert.Equal(-1, pair.StorageB.Image.AsSpan().IndexOf(pad));
    }

    [Fact]
    public void Levels_fall_with_use_and_an_empty_pool_seals_nothing()
    {
        using PoolPair pair = new(settings: new KeyPoolSettings { LowWaterPads = 2, RefillPads = 4 });
        Assert.Equal(PoolLevel.Normal, pair.A.Status.Level);
        HashSet<PadAddress> used = [];
        for (int left = KeyPool.ProvisionedPadsMin; left > 0; left--)
        {
            Assert.Equal(left, pair.A.Status.SendRemaining);
            Assert.Equal(left >= 2, pair.A.Status.MayOpenBlock);
            Assert.True(used.Add(PoolPair.Seal(pair.A, "x").Address));
        }

        Assert.Equal(PoolLevel.Exhausted, pair.A.Status.Level);
        using SealBuilder builder = pair.A.BeginSeal();
        Assert.Equal(SealRefusal.Exhausted, builder.Refusal);
        builder.Append([1, 2, 3]);
        Assert.Equal(SealRefusal.Exhausted, builder.Seal().Refusal);

        // The other direction is untouched, and fresh key brings the pool back.
        Assert.Equal(KeyPool.ProvisionedPadsMin, pair.A.Status.ReceiveRemaining);
        pair.AddShared(9, pads: 4);
        Assert.True(PoolPair.Seal(pair.A, "x").IsSealed);
    }

    [Fact]
    public void Builders_in_flight_reserve_their_pads_and_give_them_back()
    {
        using PoolPair pair = new();
        BlockId block = pair.AddShared(3, pads: 1);
        using SealBuilder one = pair.A.BeginSeal();
        using SealBuilder two = pair.A.BeginSeal();
        one.Dispose();
        using SealBuilder three = pair.A.BeginSeal();
        Assert.Equal(block, three.Seal().Address.Segment);
        Assert.NotEqual(block, two.Seal().Address.Segment);
        Assert.Throws<InvalidOperationException>(() => three.Seal());
    }

    [Fact]
    public void A_segment_retired_under_a_builder_refuses_it()
    {
        using PoolPair pair = new();
        BlockId block = pair.AddShared(3, pads: 2);
        using SealBuilder builder = pair.A.BeginSeal();
        Assert.Equal(SegmentOutcome.Done, pair.A.Retire(block));
        Assert.Equal(SealRefusal.SegmentRetired, builder.Seal().Refusal);
    }

    [Fact]
    public void A_full_disk_yields_no_tag_and_stops_the_pool()
    {
        using PoolPair pair = new();
        SealResult fromB = PoolPair.Seal(pair.B, "x");
        pair.StorageA.WritesFail = true;
        Assert.Equal(SealRefusal.StorageFailed, PoolPair.Seal(pair.A, "x").Refusal);
        pair.StorageA.WritesFail = false;
        Assert.Equal(SealRefusal.StorageFailed, PoolPair.Seal(pair.A, "x").Refusal);
        Assert.Equal(VerificationResult.StorageFailed, PoolPair.Verify(pair.A, "x", fromB));
    }

    [Fact]
    public void A_segment_that_finds_no_room_changes_nothing_and_may_be_added_later()
    {
        using PoolPair pair = new();
        BlockId block = new(77);
        byte[] key = new byte[KeyPool.SegmentKeyBytes(4)];
        new Random(77).NextBytes(key);
        pair.StorageA.WritesFail = true;
        Assert.Equal(SegmentOutcome.NotWritten, pair.A.AddSegment(block, key));
        pair.StorageA.WritesFail = false;
        Assert.True(PoolPair.Seal(pair.A, "x").IsSealed);

        Assert.Equal(SegmentOutcome.Done, pair.A.AddSegment(block, key));
        Assert.Equal(SegmentOutcome.Done, pair.B.AddSegment(block, key));
        Assert.Equal(SegmentOutcome.Done, pair.A.MarkPeerHolds(block));
        SealResult sealedUnderIt = PoolPair.Seal(pair.A, "y");
        Assert.Equal(block, sealedUnderIt.Address.Segment);
        Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.B, "y", sealedUnderIt));
    }

    [Fact]
    public void The_segment_table_is_bounded()
    {
        using PoolPair pair = new();
        byte[] key = new byte[KeyPool.SegmentKeyBytes(1)];
        int added = 0;
        while (pair.A.AddSegment(new BlockId((UInt128)(100 + added)), key) == SegmentOutcome.Done)
        {
            added++;
        }

        Assert.Equal(PoolStatePage.SegmentsMax - 1, added);
        Assert.Equal(SegmentOutcome.TooMany, pair.A.AddSegment(new BlockId(99), key));
        Assert.Throws<ArgumentException>(() => pair.A.AddSegment(new BlockId(98), new byte[65]));
    }

    [Fact]
    public void Addresses_and_tags_have_one_form_on_the_wire()
    {
        PadAddress address = new(new BlockId(1), PadDirection.HigherToLower, 258);
        byte[] wire = new byte[PadAddress.Size];
        address.Write(wire);
        Assert.Equal("000000000000000000000000000000010100000102", Convert.ToHexString(wire));
        Assert.True(PadAddress.TryRead(wire, out PadAddress read));
        Assert.Equal(address, read);
        Assert.False(PadAddress.TryRead(wire.AsSpan(1), out _));
        wire[16] = 2;
        Assert.False(PadAddress.TryRead(wire, out _));
        wire[16] = 1;
        wire[17] = 0x80;
        Assert.False(PadAddress.TryRead(wire, out _));
        Assert.False(AuthenticationTag.TryRead(new byte[15], out _));
        Assert.True(AuthenticationTag.TryRead(wire.AsSpan(0, 16), out AuthenticationTag tag));
        Assert.Equal(wire.AsSpan(0, 16).ToArray(), tag.ToArray());
    }
}
