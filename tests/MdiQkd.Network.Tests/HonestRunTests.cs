using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests;

/// <summary>Without a cheat, both users get the same key: the ground that the tests of rules stand on.</summary>
public class HonestRunTests
{
    [Fact]
    public void Both_users_store_the_same_number_of_key_bits_and_open_the_next_block()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect().RunBlock();

        BlockReport a = network.Alice.Report!;
        BlockReport b = network.Bob.Report!;
        Assert.True(a.AbortReason == AbortReason.None, $"{a.AbortReason}: {a.Detail}");
        Assert.Equal(AbortReason.None, b.AbortReason);
        Assert.True(a.SecretBits > 0);
        Assert.Equal(a.SecretBits, b.SecretBits);
        Assert.Equal(a.LeakEc, b.LeakEc);
        Assert.Equal(a.QberZ, b.QberZ);
        Assert.Equal(network.Alice.KeyBits, network.Bob.KeyBits);
        Assert.InRange(network.Alice.KeyBits, a.SecretBits - 1024, a.SecretBits);
        network.Settle();
        Assert.Equal(PairState.Accumulating, network.Alice.Engine.Status.State);
        Assert.NotEqual(a.BlockId, network.Alice.Engine.Status.BlockId);
    }

    [Fact]
    public void A_second_block_follows_under_a_new_channel_root()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect().RunBlock();
        network.Settle();
        string first = network.Alice.Report!.BlockId;

        network.RunBlock();

        BlockReport second = network.Alice.Report!;
        Assert.NotEqual(first, second.BlockId);
        Assert.True(second.AbortReason == AbortReason.None, $"{second.AbortReason}: {second.Detail}");
        Assert.Equal(second, network.Bob.Report! with { Peer = second.Peer, Reference = second.Reference });
    }
}
