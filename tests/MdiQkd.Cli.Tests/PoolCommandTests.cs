using MdiQkd.Authentication.Pool;
using MdiQkd.Cli.Commands;

namespace MdiQkd.Cli.Tests;

/// <summary>`mdiqkd pool` as an operator calls it.</summary>
public sealed class PoolCommandTests
{
    [Fact]
    public async Task Two_operators_bootstrap_a_pair_with_files()
    {
        using Scratch scratch = new();
        string At(string name) => Path.Combine(scratch.Folder, name);
        Task<int> Pool(params string[] arguments) => CommandLine.RunAsync(["pool", .. arguments]);

        Assert.Equal(0, await Pool("identity", "--identity", At("a.key"), "--public", At("a.pub")));
        Assert.Equal(0, await Pool("identity", "--identity", At("b.key"), "--public", At("b.pub")));
        Assert.Equal(0, await Pool(
            "offer", "--identity", At("a.key"), "--node", "a", "--peer", "b", "--offer", At("offer"), "--secret", At("secret"), "--pads", "2048"));
        Assert.Equal(2, await Pool(
            "accept", "--identity", At("b.key"), "--node", "b", "--peer", "a", "--peer-public", At("b.pub"), "--offer", At("offer"),
            "--answer", At("answer"), "--pool", At("b.mdq")));
        Assert.False(File.Exists(At("b.mdq")));
        Assert.Equal(0, await Pool(
            "accept", "--identity", At("b.key"), "--node", "b", "--peer", "a", "--peer-public", At("a.pub"), "--offer", At("offer"),
            "--answer", At("answer"), "--pool", At("b.mdq")));
        Assert.Equal(0, await Pool(
            "finish", "--node", "a", "--peer", "b", "--peer-public", At("b.pub"), "--offer", At("offer"), "--secret", At("secret"),
            "--answer", At("answer"), "--pool", At("a.mdq")));

        Assert.False(File.Exists(At("secret")));
        AssertPool(At("a.mdq"), "a", "b", isComputational: true);
        AssertPool(At("b.mdq"), "b", "a", isComputational: true);
    }

    [Fact]
    public async Task Provisioning_writes_both_files_once()
    {
        using Scratch scratch = new();
        string a = Path.Combine(scratch.Folder, "a.mdq"), b = Path.Combine(scratch.Folder, "b.mdq");
        string[] arguments = ["pool", "provision", "--a", "a", "--b", "b", "--file-a", a, "--file-b", b, "--pads", "2048"];

        Assert.Equal(0, await CommandLine.RunAsync(arguments));
        Assert.Equal(2, await CommandLine.RunAsync(arguments));
        Assert.Equal(2, await CommandLine.RunAsync(
            ["pool", "provision", "--a", "a", "--b", "a", "--file-a", a + "2", "--file-b", b + "2", "--pads", "1"]));

        AssertPool(a, "a", "b", isComputational: false);
        AssertPool(b, "b", "a", isComputational: false);
    }

    private static void AssertPool(string file, string node, string peer, bool isComputational)
    {
        Assert.True(KeyPool.TryOpen(file, node, peer, new KeyPoolSettings(), out KeyPool? pool, out KeyPoolError? error), error?.Message);
        using (pool)
        {
            Assert.Equal(isComputational, pool.IsComputational);
            Assert.Equal(2048, pool.Status.SendRemaining);
        }
    }
}
