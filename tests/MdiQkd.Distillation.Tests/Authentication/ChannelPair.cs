using MdiQkd.Authentication.Channel;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>Two channels over two pools, and the hub's view: every message that either end sent.</summary>
internal sealed class ChannelPair : IDisposable
{
    private readonly SeededKeys randomness;

    internal ChannelPair(int seed = 1)
    {
        randomness = new SeededKeys(seed + 100);
        Pools = new PoolPair(seed);
        A = new PeerChannel(Pools.A, randomness);
        B = new PeerChannel(Pools.B, randomness);
    }

    internal PoolPair Pools { get; }

    internal PeerChannel A { get; private set; }

    internal PeerChannel B { get; private set; }

    /// <summary>Every Hello that either end made, oldest first.</summary>
    internal List<byte[]> Hellos { get; } = [];

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Pools.Dispose();
    }

    internal void RestartA()
    {
        A.Dispose();
        A = new PeerChannel(Pools.A, randomness);
    }

    internal void RestartB()
    {
        B.Dispose();
        B = new PeerChannel(Pools.B, randomness);
    }

    /// <summary>An honest relay carries a Hello of one end and all that follows from it.</summary>
    internal void Shake(bool fromA) => Carry(fromA, (fromA ? A : B).CreateHello());

    internal void Carry(bool fromA, byte[]? hello)
    {
        for (int hops = 0; hello is not null; hops++)
        {
            Assert.True(hops < 6, "The handshake does not end.");
            Hellos.Add(hello);
            hello = (fromA ? B : A).HandleHello(hello).Reply;
            fromA = !fromA;
        }
    }

    internal void AssertTalks()
    {
        byte[] word = [1, 2, 3];
        Assert.True(B.TryUnprotect(A.Protect(word), out byte[]? atB, out PeerChannelFault fault), $"{fault}");
        Assert.Equal(word, atB);
        Assert.True(A.TryUnprotect(B.Protect(word), out byte[]? atA, out fault), $"{fault}");
        Assert.Equal(word, atA);
    }
}
