using System.Collections.Concurrent;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>What the applications of a pair have seen; fails as soon as a key turns up a second time in one role.</summary>
internal sealed class Applications
{
    public ConcurrentDictionary<Guid, byte[]> Issued { get; } = new();

    public ConcurrentDictionary<Guid, byte[]> Fetched { get; } = new();

    /// <summary>Keys whose slave got no answer because its node crashed: it may or may not have taken them.</summary>
    public ConcurrentDictionary<Guid, bool> MayBeLost { get; } = new();

    public void Receive(IssueResult result) => Receive(result.Keys, Issued, "master");

    public void Receive(FetchResult result) => Receive(result.Keys, Fetched, "slave");

    /// <summary>Fetches at the node that serves the slave, whichever of the two it is.</summary>
    public void FetchAnywhere(NodePair pair, Guid id)
    {
        Receive(pair.FetchAtB(id));
        Receive(pair.FetchAtA(id));
    }

    /// <summary>After all is settled: everything acknowledged to a master can be had by its slave, once, with equal bits.</summary>
    public void CheckComplete(NodePair pair)
    {
        foreach ((Guid id, byte[] bits) in Issued)
        {
            if (!Fetched.ContainsKey(id))
            {
                FetchAnywhere(pair, id);
            }
            bool fetched = Fetched.TryGetValue(id, out byte[]? got);
            Assert.True(fetched || MayBeLost.ContainsKey(id), $"key {id} was acknowledged and is lost");
            Assert.True(!fetched || got.AsSpan().SequenceEqual(bits), $"key {id} differs between master and slave");
            FetchAnywhere(pair, id);
        }
        Assert.All(Fetched.Keys, id => Assert.Contains(id, Issued.Keys));
    }

    /// <summary>After a reconciliation both stores hold the same free chunks, and nothing is pending.</summary>
    public static void CheckStoresAgree(NodePair pair)
    {
        Assert.Empty(pair.NodeA.Store.PendingBlocks(NodePair.B));
        Assert.Empty(pair.NodeB.Store.PendingBlocks(NodePair.A));
        Assert.Empty(pair.NodeA.Store.Ledger.Unfinished(NodePair.B));
        Assert.Empty(pair.NodeB.Store.Ledger.Unfinished(NodePair.A));
        Assert.Equal(pair.NodeA.Store.Level(NodePair.B), pair.NodeB.Store.Level(NodePair.A));
    }

    /// <summary>Issues and fetches every key that is left, from both ends.</summary>
    public async Task DrainAsync(NodePair pair)
    {
        foreach (Func<Task<IssueResult>> issue in new[] { () => pair.IssueAtA(), () => pair.IssueAtB() })
        {
            IssueResult result;
            do
            {
                result = await issue();
                Assert.NotEqual(IssueStatus.PeerRefused, result.Status);
                Receive(result);
            }
            while (result.Status == IssueStatus.Issued);
        }
        Assert.Equal(0, pair.NodeA.Store.Level(NodePair.B));
        Assert.Equal(0, pair.NodeB.Store.Level(NodePair.A));
    }

    private static void Receive(IReadOnlyList<DeliveredKey> keys, ConcurrentDictionary<Guid, byte[]> seen, string role)
    {
        foreach (DeliveredKey key in keys)
        {
            Assert.True(seen.TryAdd(key.Id, key.Bits.ToArray()), $"key {key.Id} was delivered twice to a {role}");
        }
    }
}
