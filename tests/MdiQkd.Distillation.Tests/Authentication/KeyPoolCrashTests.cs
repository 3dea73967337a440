using MdiQkd.Authentication.Pool;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>
/// A crash at any write, half-way through any write, or with all unflushed writes lost: what left the node before
/// stays spent, what was accepted before stays refused.
/// </summary>
public sealed class KeyPoolCrashTests
{
    [Fact]
    public void No_crash_gives_a_pad_out_twice_or_accepts_a_message_twice()
    {
        using PoolPair pair = new();
        HashSet<PadAddress> sent = [];
        List<SealResult> accepted = [];
        int crashes = 0;
        pair.StorageA.Crashed = image =>
        {
            crashes++;
            CheckAfterCrash(image, sent, accepted);
        };

        for (int round = 0; round < 4; round++)
        {
            Assert.True(sent.Add(PoolPair.Seal(pair.A, "x").Address));
            SealResult fromB = PoolPair.Seal(pair.B, "y");
            Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.A, "y", fromB));
            accepted.Add(fromB);
            if (round == 1)
            {
                pair.AddShared(1, pads: 2); // spent and retired by the rounds that follow
            }
        }

        pair.A.Retire(new BlockId(1001));
        Assert.True(crashes > 50, $"{crashes} crash points");
    }

    private static void CheckAfterCrash(byte[] image, HashSet<PadAddress> sent, List<SealResult> accepted)
    {
        using KeyPool reopened = PoolPair.Open(new RecordingStorage(image), PoolPair.Low, PoolPair.High);
        HashSet<PadAddress> seen = [.. sent];
        for (int i = 0; i < 6; i++)
        {
            Assert.True(seen.Add(PoolPair.Seal(reopened, "z").Address));
        }

        foreach (SealResult old in accepted)
        {
            Assert.NotEqual(VerificationResult.Valid, PoolPair.Verify(reopened, "y", old));
        }
    }

    [Fact]
    public void Cursors_survive_a_damaged_newest_page_of_a_quiet_file()
    {
        using PoolPair pair = new();
        PadAddress last = default;
        SealResult fromB = default;
        for (int i = 0; i < 5; i++)
        {
            fromB = PoolPair.Seal(pair.B, "y");
            Assert.Equal(VerificationResult.Valid, PoolPair.Verify(pair.A, "y", fromB));
            last = PoolPair.Seal(pair.A, "x").Address;
        }

        foreach (int page in new[] { 1, 2 })
        {
            byte[] image = pair.StorageA.Image;
            image[(page * PoolStatePage.PageBytes) + 100] ^= 1;
            using KeyPool reopened = PoolPair.Open(new RecordingStorage(image), PoolPair.Low, PoolPair.High);
            Assert.True(PoolPair.Seal(reopened, "x").Address.Offset > last.Offset);
            Assert.Equal(VerificationResult.Replayed, PoolPair.Verify(reopened, "y", fromB));
        }
    }
}
