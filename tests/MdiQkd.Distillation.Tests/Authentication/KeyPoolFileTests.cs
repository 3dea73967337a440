using MdiQkd.Authentication.Pool;

namespace MdiQkd.Distillation.Tests.Authentication;

public sealed class KeyPoolFileTests : IDisposable
{
    private const string Low = PoolPair.Low;
    private const string High = PoolPair.High;

    private readonly string folder = Directory.CreateTempSubdirectory("key-pool-").FullName;

    private string PathA => Path.Combine(folder, "a.pool");

    private string PathB => Path.Combine(folder, "b.pool");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Provisioned_files_work_together_and_survive_a_restart()
    {
        Provision();
        for (int i = 0; i < 3; i++)
        {
            using KeyPool a = Open(PathA, Low, High);
            using KeyPool b = Open(PathB, High, Low);
            SealResult result = PoolPair.Seal(a, "x");
            Assert.Equal(i, result.Address.Offset);
            Assert.Equal(VerificationResult.Valid, PoolPair.Verify(b, "x", result));
            Assert.Equal(KeyPool.ProvisionedPadsMin - i - 1, a.Status.SendRemaining);
            Assert.Equal(KeyPool.ProvisionedPadsMin - i - 1, b.Status.ReceiveRemaining);
        }
    }

    [Fact]
    public void A_provisioning_holds_at_least_64_kB_and_overwrites_nothing()
    {
        Assert.True(KeyPool.ProvisionedPadsMin * 2 * 16 >= 64_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyPool.Provision(
            PathA, Low, PathB, High, new SeededKeys(1), KeyPool.ProvisionedPadsMin - 1));
        Assert.Throws<ArgumentException>(() => KeyPool.Provision(
            PathA, Low, PathB, Low, new SeededKeys(1), KeyPool.ProvisionedPadsMin));
        Assert.False(File.Exists(PathA));
        File.WriteAllText(PathB, "mine");
        Assert.Throws<IOException>(Provision);
        Assert.False(File.Exists(PathA));
        Assert.Equal("mine", File.ReadAllText(PathB));
    }

    [Fact]
    public void Files_are_for_the_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("File modes are a matter of Unix.");
            return; // for the platform analyzer, which does not know that Skip throws
        }

        Provision();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathA));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathB));
        File.SetUnixFileMode(PathA, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        AssertRefused(KeyPoolFault.PermissionsTooWide, PathA, Low, High);
    }

    [Fact]
    public void A_pool_is_open_once()
    {
        Provision();
        KeyPool first = Open(PathA, Low, High);
        AssertRefused(KeyPoolFault.InUse, PathA, Low, High);
        first.Dispose();
        Open(PathA, Low, High).Dispose();
    }

    [Fact]
    public void Wrong_node_wrong_peer_and_missing_files_are_told_apart()
    {
        Provision();
        AssertRefused(KeyPoolFault.WrongNode, PathA, "inta-2", High);
        AssertRefused(KeyPoolFault.WrongNode, PathA, High, Low);
        AssertRefused(KeyPoolFault.WrongPeer, PathA, Low, "inta-2");
        AssertRefused(KeyPoolFault.Missing, PathA + "x", Low, High);
        File.WriteAllBytes(PathB, new byte[100_000]);
        AssertRefused(KeyPoolFault.NotAPool, PathB, High, Low);
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        Provision();
        byte[] image = File.ReadAllBytes(PathA);
        foreach (int length in new[] { image.Length - 1, image.Length / 2, PoolStatePage.PageBytes * 2, 100, 0 })
        {
            File.WriteAllBytes(PathA, image[..length]);
            KeyPoolFault expected = length < PoolStatePage.PageBytes ? KeyPoolFault.NotAPool : KeyPoolFault.Truncated;
            AssertRefused(expected, PathA, Low, High);
        }
    }

    [Fact]
    public void Damage_anywhere_is_refused_or_costs_pads_but_never_returns_one()
    {
        Provision();
        using (KeyPool a = Open(PathA, Low, High))
        {
            for (int i = 0; i < 3; i++)
            {
                PoolPair.Seal(a, "x");
            }
        }

        byte[] image = File.ReadAllBytes(PathA);
        Random random = new(5);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            // Half of the flips in the pages, half in the records.
            int at = i % 2 == 0 ? random.Next(3 * PoolStatePage.PageBytes) : random.Next(3 * PoolStatePage.PageBytes, image.Length);
            byte[] damaged = (byte[])image.Clone();
            damaged[at] ^= (byte)(1 << random.Next(8));
            if (KeyPool.TryOpen(
                new RecordingStorage(damaged), Low, High, new KeyPoolSettings(), out KeyPool? pool, out KeyPoolFault fault, out _))
            {
                Assert.True(PoolPair.Seal(pool, "x").Address.Offset >= 3);
                pool.Dispose();
            }
            else
            {
                Assert.True(fault is KeyPoolFault.Damaged or KeyPoolFault.NotAPool);
                refused++;
            }
        }

        // All of the record flips but those in three spent pads (60 of 82 kB: none expected), a third of the pages'.
        Assert.True(refused > 150 + 25, $"{refused} refused");
    }

    [Fact]
    public void Refusals_are_one_line_with_the_path()
    {
        Assert.False(KeyPool.TryOpen(PathA, Low, High, new KeyPoolSettings(), out _, out KeyPoolError? error));
        Assert.Contains(PathA, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static void AssertRefused(KeyPoolFault expected, string path, string node, string peer)
    {
        bool opened = KeyPool.TryOpen(path, node, peer, new KeyPoolSettings(), out KeyPool? pool, out KeyPoolError? error);
        pool?.Dispose();
        Assert.False(opened);
        Assert.Equal(expected, error!.Fault);
    }

    private static KeyPool Open(string path, string node, string peer)
    {
        bool opened = KeyPool.TryOpen(path, node, peer, new KeyPoolSettings(), out KeyPool? pool, out KeyPoolError? error);
        Assert.True(opened, error?.Message);
        return pool!;
    }

    private void Provision() =>
        KeyPool.Provision(PathA, Low, PathB, High, new SeededKeys(1), KeyPool.ProvisionedPadsMin);
}
