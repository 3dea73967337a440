using MdiQkd.Authentication.Channel;
using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Authentication;

public sealed class PeerChannelTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_end_may_begin(bool fromA)
    {
        using ChannelPair pair = new();
        Assert.False(pair.A.IsEstablished);
        Assert.True(pair.A.IsHelloWanted);
        Assert.Throws<InvalidOperationException>(() => pair.A.Protect([1]));
        pair.Shake(fromA);
        Assert.True(pair.A.IsEstablished && pair.B.IsEstablished);
        Assert.False(pair.A.IsHelloWanted || pair.B.IsHelloWanted);
        pair.AssertTalks();
    }

    [Fact]
    public void Crossing_hellos_end_in_one_session()
    {
        using ChannelPair pair = new();
        byte[] fromA = pair.A.CreateHello();
        byte[] fromB = pair.B.CreateHello();
        byte[]? toB = pair.A.HandleHello(fromB).Reply;
        byte[]? toA = pair.B.HandleHello(fromA).Reply;
        pair.Carry(fromA: true, toB);
        pair.Carry(fromA: false, toA);
        pair.AssertTalks();
    }

    [Fact]
    public void Plaintext_lengths_show_in_steps_of_256_only()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        foreach (int length in new[] { 0, 1, 252, 253, 508, 509, 100_000 })
        {
            byte[] plaintext = new byte[length];
            new Random(length).NextBytes(plaintext);
            byte[] message = pair.A.Protect(plaintext);
            Assert.Equal(20 + 16 + ((length + 4 + 255) / 256 * 256), message.Length);
            Assert.True(pair.B.TryUnprotect(message, out byte[]? read, out _));
            Assert.Equal(plaintext, read);
        }

        Assert.Throws<ArgumentException>(() => pair.A.Protect(new byte[PeerChannel.PlaintextBytesMax + 1]));
    }

    [Fact]
    public void Equal_plaintexts_never_look_alike()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        byte[] first = pair.A.Protect([1]);
        Assert.NotEqual(first[20..], pair.A.Protect([1])[20..]);
        Assert.NotEqual(first[20..], pair.B.Protect([1])[20..]);
        pair.Shake(fromA: true);
        Assert.NotEqual(first[20..], pair.A.Protect([1])[20..]);
    }

    [Fact]
    public void Replays_are_refused_and_change_nothing()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        byte[] message = pair.A.Protect([1]);
        Assert.True(pair.B.TryUnprotect(message, out _, out _));
        AssertRefused(PeerChannelFault.Replayed, pair.B, message);
        pair.AssertTalks();
    }

    [Fact]
    public void A_lost_message_ends_the_session_and_a_hello_brings_the_next()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        byte[] lost = pair.A.Protect([1]);
        byte[] next = pair.A.Protect([2]);
        AssertRefused(PeerChannelFault.Lost, pair.B, next);
        AssertRefused(PeerChannelFault.Lost, pair.B, lost); // late: reordering is no excuse
        Assert.True(pair.B.IsHelloWanted);
        pair.Shake(fromA: false);
        Assert.False(pair.B.IsHelloWanted);
        AssertRefused(PeerChannelFault.Lost, pair.B, lost);
        pair.AssertTalks();
        AssertRefused(PeerChannelFault.UnknownSession, pair.B, lost);
    }

    [Fact]
    public void Reflected_messages_are_refused()
    {
        using ChannelPair pair = new();
        byte[] hello = pair.A.CreateHello();
        Assert.Equal(HandshakeOutcome.Reflected, pair.A.HandleHello(hello).Outcome);
        hello[2] ^= 1;
        Assert.Equal(HandshakeOutcome.BadCode, pair.A.HandleHello(hello).Outcome);
        pair.Shake(fromA: true);
        byte[] message = pair.A.Protect([1]);
        AssertRefused(PeerChannelFault.Reflected, pair.A, message);
        message[2] ^= 1;
        AssertRefused(PeerChannelFault.BadTag, pair.A, message);
    }

    [Fact]
    public void Messages_of_another_pair_are_refused()
    {
        using ChannelPair pair = new(seed: 1);
        using ChannelPair other = new(seed: 2);
        Assert.Equal(HandshakeOutcome.UnknownRoot, pair.B.HandleHello(other.A.CreateHello()).Outcome);
        pair.Shake(fromA: true);
        other.Shake(fromA: true);
        byte[] foreign = other.A.Protect([1]);
        AssertRefused(PeerChannelFault.UnknownSession, pair.B, foreign);
        byte[] own = pair.A.Protect([1]);
        own.AsSpan(0, 20).CopyTo(foreign);
        AssertRefused(PeerChannelFault.BadTag, pair.B, foreign);
        Assert.True(pair.B.TryUnprotect(own, out _, out _));
    }

    [Fact]
    public void Every_altered_truncated_or_grown_message_is_refused()
    {
        using ChannelPair pair = new();
        byte[] hello = pair.A.CreateHello();
        for (int i = 0; i < hello.Length; i++)
        {
            byte[] altered = (byte[])hello.Clone();
            altered[i] ^= 1;
            Assert.True(pair.B.HandleHello(altered).Outcome
                is HandshakeOutcome.Malformed or HandshakeOutcome.Reflected or HandshakeOutcome.UnknownRoot or HandshakeOutcome.BadCode);
            Assert.Equal(HandshakeOutcome.Malformed, pair.B.HandleHello(hello.AsSpan(0, i)).Outcome);
        }

        Assert.Equal(HandshakeOutcome.Malformed, pair.B.HandleHello([.. hello, 0]).Outcome);
        pair.Carry(fromA: true, hello);
        byte[] message = pair.A.Protect([1]);
        for (int i = 0; i < message.Length; i++)
        {
            byte[] altered = (byte[])message.Clone();
            altered[i] ^= 1;
            Assert.False(pair.B.TryUnprotect(altered, out _, out _));
            Assert.False(pair.B.TryUnprotect(message.AsSpan(0, i), out _, out _));
        }

        Assert.False(pair.B.TryUnprotect([.. message, .. new byte[256]], out _, out _));
        Assert.True(pair.B.TryUnprotect(message, out _, out _));
    }

    [Fact]
    public void Replayed_old_hellos_do_not_disturb_the_session()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        pair.RestartB();
        pair.Shake(fromA: false);
        pair.RestartA();
        pair.Shake(fromA: true);
        foreach (byte[] old in pair.Hellos.ToArray())
        {
            // The hub swallows the answers.
            Assert.NotEqual(HandshakeOutcome.Established, pair.A.HandleHello(old).Outcome);
            Assert.NotEqual(HandshakeOutcome.Established, pair.B.HandleHello(old).Outcome);
            pair.AssertTalks();
        }

        pair.Shake(fromA: true);
        pair.AssertTalks();
    }

    [Fact]
    public void A_replay_to_a_restarted_node_cannot_bring_back_an_old_session()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        byte[] old = pair.A.Protect([1]);
        pair.RestartB();
        byte[] fresh = pair.B.CreateHello();
        foreach (byte[] hello in pair.Hellos)
        {
            Assert.NotEqual(HandshakeOutcome.Established, pair.B.HandleHello(hello).Outcome);
        }

        AssertRefused(PeerChannelFault.UnknownSession, pair.B, old);
        pair.Carry(fromA: false, fresh);
        pair.AssertTalks();
    }

    [Fact]
    public void The_last_hello_lost_is_made_up_for()
    {
        using ChannelPair pair = new();
        byte[] first = pair.A.CreateHello();
        byte[] answer = pair.B.HandleHello(first).Reply!;
        Assert.Equal(HandshakeOutcome.Established, pair.A.HandleHello(answer).Outcome); // its reply is lost
        AssertRefused(PeerChannelFault.UnknownSession, pair.B, pair.A.Protect([1]));
        Assert.True(pair.B.IsHelloWanted);
        pair.Shake(fromA: false);
        pair.AssertTalks();
    }

    [Fact]
    public void What_is_under_way_at_a_change_of_session_still_arrives()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        byte[] answer = pair.B.HandleHello(pair.A.CreateHello()).Reply!;
        byte[] underWay = pair.B.Protect([7]);
        byte[] last = pair.A.HandleHello(answer).Reply!;
        Assert.True(pair.A.TryUnprotect(underWay, out byte[]? read, out _));
        Assert.Equal([7], read);
        Assert.Equal(HandshakeOutcome.Established, pair.B.HandleHello(last).Outcome);
        pair.AssertTalks();
        AssertRefused(PeerChannelFault.UnknownSession, pair.A, underWay);
    }

    [Fact]
    public void The_lower_node_takes_up_a_new_root_once_the_peer_has_acknowledged_it()
    {
        using ChannelPair pair = new();
        pair.Shake(fromA: true);
        BlockId? provisioned = pair.A.SessionRoot;
        BlockId root = new(42);
        byte[] key = new byte[KeyPool.RootBytes];
        new Random(1).NextBytes(key);
        Assert.Equal(SegmentOutcome.Done, pair.A.InstallRoot(root, key));
        Assert.Equal(SegmentOutcome.AlreadyDone, pair.A.InstallRoot(root, key));
        Assert.False(pair.A.IsHelloWanted);
        Assert.Equal(SegmentOutcome.Done, pair.B.InstallRoot(root, key));
        Assert.Equal(SegmentOutcome.Done, pair.A.MarkPeerHoldsRoot(root));
        Assert.True(pair.A.IsHelloWanted);

        // B has not heard yet that A holds it, and follows all the same.
        pair.Shake(fromA: true);
        Assert.NotEqual(provisioned, pair.A.SessionRoot);
        Assert.Equal(root, pair.A.SessionRoot);
        Assert.Equal(root, pair.B.SessionRoot);
        pair.AssertTalks();

        // B restarts and begins under the root that it is sure of: A's choice stands.
        pair.RestartB();
        pair.Shake(fromA: false);
        Assert.Equal(root, pair.B.SessionRoot);
        pair.AssertTalks();
    }

    [Fact]
    public void Roots_are_kept_in_the_pool_file_and_old_ones_are_erased()
    {
        using PoolPair pools = new();
        byte[][] keys = [.. Enumerable.Range(0, 6).Select(i => Key(i))];
        for (int i = 0; i < keys.Length; i++)
        {
            BlockId id = new((UInt128)(i + 1));
            Assert.Equal(SegmentOutcome.Done, pools.A.AddRoot(id, keys[i]));
            Assert.Equal(SegmentOutcome.Done, pools.A.MarkRootPeerHolds(id));
        }

        using KeyPool reopened = PoolPair.Open(new RecordingStorage(pools.StorageA.Image), PoolPair.Low, PoolPair.High);
        Assert.Equal(new BlockId(6), reopened.NewestSharedRoot);
        byte[] copy = new byte[KeyPool.RootBytes];
        Assert.True(reopened.TryCopyRoot(new BlockId(6), copy));
        Assert.Equal(keys[5], copy);
        Assert.False(reopened.TryCopyRoot(new BlockId(2), copy));
        Assert.Equal(-1, pools.StorageA.Image.AsSpan().IndexOf(keys[1]));
        Assert.True(pools.StorageA.Image.AsSpan().IndexOf(keys[5]) >= 0);
    }

    private static byte[] Key(int seed)
    {
        byte[] key = new byte[KeyPool.RootBytes];
        new Random(seed).NextBytes(key);
        return key;
    }

    private static void AssertRefused(PeerChannelFault expected, PeerChannel channel, byte[] message)
    {
        Assert.False(channel.TryUnprotect(message, out _, out PeerChannelFault fault));
        Assert.Equal(expected, fault);
    }
}
