using MdiQkd.Authentication;
using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>Two matching pools in memory.</summary>
internal sealed class PoolPair : IDisposable
{
    internal const string Low = "inta-1";
    internal const string High = "sgsics";

    internal PoolPair(int seed = 1, KeyPoolSettings? settings = null)
    {
        RecordingStorage a = new(), b = new();
        KeyPool.Provision(a, Low, b, High, new SeededKeys(seed), KeyPool.ProvisionedPadsMin);
        StorageA = new RecordingStorage(a.Image);
        StorageB = new RecordingStorage(b.Image);
        A = Open(StorageA, Low, High, settings);
        B = Open(StorageB, High, Low, settings);
    }

    internal RecordingStorage StorageA { get; }

    internal RecordingStorage StorageB { get; }

    internal KeyPool A { get; }

    internal KeyPool B { get; }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    internal static KeyPool Open(PoolStorage storage, string node, string peer, KeyPoolSettings? settings = null)
    {
        Assert.True(
            KeyPool.TryOpen(
                storage, node, peer, settings ?? new KeyPoolSettings(), out KeyPool? pool, out KeyPoolFault fault, out string detail),
            $"{fault}: {detail}");
        return pool;
    }

    internal static SealResult Seal(KeyPool pool, string message)
    {
        using SealBuilder builder = pool.BeginSeal();
        builder.Append(System.Text.Encoding.UTF8.GetBytes(message));
        return builder.Seal();
    }

    internal static VerificationResult Verify(KeyPool pool, string message, PadAddress address, AuthenticationTag tag)
    {
        using VerificationBuilder builder = pool.BeginVerify(address);
        builder.Append(System.Text.Encoding.UTF8.GetBytes(message));
        return builder.Verify(tag);
    }

    internal static VerificationResult Verify(KeyPool pool, string message, SealResult result) =>
        Verify(pool, message, result.Address, result.Tag);

    /// <summary>A small produced segment, held by both and known to be.</summary>
    internal BlockId AddShared(int seed, int pads)
    {
        BlockId id = new((UInt128)(1000 + seed));
        byte[] key = new byte[KeyPool.SegmentKeyBytes(pads)];
        new Random(seed).NextBytes(key);
        Assert.Equal(SegmentOutcome.Done, A.AddSegment(id, key));
        Assert.Equal(SegmentOutcome.Done, B.AddSegment(id, key));
        Assert.Equal(SegmentOutcome.Done, A.MarkPeerHolds(id));
        Assert.Equal(SegmentOutcome.Done, B.MarkPeerHolds(id));
        return id;
    }
}
