using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>
/// Crashes at every injection point (before and after the commit of every write) of either node over a fixed scenario. The
/// node goes on with the disk image of that moment; what it had not yet answered is an error to whoever asked.
/// </summary>
public sealed class CrashTests
{
    [Fact]
    public async Task Without_a_crash_the_scenario_delivers_every_key()
    {
        using NodePair pair = new();
        Applications applications = new();
        await Scenario(pair, applications);
        await Settle(pair, applications);
        // Blocks 1 and 2: 24 chunks; one key took two, one chunk was burnt. Block 3 was discarded.
        Assert.Equal(22, applications.Issued.Count);
        Assert.Empty(applications.MayBeLost);
    }

    [Theory]
    [InlineData(NodePair.A)]
    [InlineData(NodePair.B)]
    public async Task A_crash_at_any_point_never_doubles_splits_or_loses_a_key(string crashing)
    {
        int point = 0;
        bool crashed = true;
        for (; crashed; point++)
        {
            using NodePair pair = new();
            Applications applications = new();
            TestNode victim = crashing == NodePair.A ? pair.NodeA : pair.NodeB;
            victim.CrashAfter(point);
            try
            {
                crashed = await Scenario(pair, applications);
                await Settle(pair, applications);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"crash of {crashing} at point {point}", e);
            }
            // Of 24 chunks the crash costs at worst a block of 12 and the keys of one request.
            Assert.InRange(applications.Issued.Count, 8, 24);
        }
        Assert.True(point > 30, $"{point} injection points");
    }

    // True if a node crashed on the way. Each step is one that a node, its peer or an application takes.
    private static async Task<bool> Scenario(NodePair pair, Applications applications)
    {
        bool crashed = false;
        TestNode a = pair.NodeA;
        TestNode b = pair.NodeB;

        async Task<bool> Step(Func<Task> step, Guid[]? fetching = null)
        {
            try
            {
                await step();
                return !await Revive();
            }
            catch (Exception e) when (e is CrashException or PeerUnavailableException)
            {
                foreach (Guid id in fetching ?? [])
                {
                    applications.MayBeLost[id] = true;
                }
                await Revive();
                return false;
            }
        }

        // A node that has crashed is started again, and reconciles; so does its peer when it is back.
        async Task<bool> Revive()
        {
            TestNode? dead = a.Crashed ? a : b.Crashed ? b : null;
            if (dead is null)
            {
                return false;
            }
            crashed = true;
            pair.Network.Heal();
            dead.Restart();
            await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
            await pair.NodeB.Agreement.SyncAsync(NodePair.A, CancellationToken.None);
            return true;
        }

        Task<bool> Do(Action step, Guid[]? fetching = null) => Step(() =>
        {
            step();
            return Task.CompletedTask;
        }, fetching);

        async Task Distil(int block)
        {
            bool storedAtA = await Do(() => a.Store.AddPending(NodePair.B, NodePair.Block(block), NodePair.SecretKey(block, 12)));
            bool storedAtB = await Do(() => b.Store.AddPending(NodePair.A, NodePair.Block(block), NodePair.SecretKey(block, 12)));
            if (storedAtB)
            {
                await Do(() => a.Store.Confirm(NodePair.B, NodePair.Block(block)));
            }
            // The "stored" of A is lost for block 2.
            if (storedAtA && block != 2)
            {
                await Do(() => b.Store.Confirm(NodePair.A, NodePair.Block(block)));
            }
        }

        async Task<Guid[]> Issue(Func<Task<IssueResult>> issue)
        {
            Guid[] ids = [];
            await Step(async () =>
            {
                using IssueResult result = await issue();
                applications.Receive(result);
                ids = [.. result.Keys.Select(key => key.Id)];
            });
            return ids;
        }

        await Distil(1);
        Guid[] atB = await Issue(() => pair.IssueAtA(3));
        foreach (Guid id in atB.Take(1))
        {
            await Do(() => applications.Receive(pair.FetchAtB(id)), [id]);
        }
        Guid[] atA = await Issue(() => pair.IssueAtB(1, 512));
        if (atA.Length > 0)
        {
            await Do(() => applications.Receive(pair.FetchAtA(atA)), atA);
        }
        pair.Network.LoseReply = 1;
        await Issue(() => pair.IssueAtA());
        pair.Network.Heal();
        await Distil(2);
        await Do(() => a.Store.AddPending(NodePair.B, NodePair.Block(3), NodePair.SecretKey(3, 12)));
        await Step(() => b.Agreement.SyncAsync(NodePair.A, CancellationToken.None));
        await Issue(() => pair.IssueAtA());
        if (atB.Length > 0)
        {
            await Do(() => applications.Receive(pair.FetchAtB(atB[1..])), atB[1..]);
        }
        return crashed;
    }

    private static async Task Settle(NodePair pair, Applications applications)
    {
        // Nothing may rest on memory.
        pair.NodeA.Restart();
        pair.NodeB.Restart();
        await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
        await pair.NodeB.Agreement.SyncAsync(NodePair.A, CancellationToken.None);
        Applications.CheckStoresAgree(pair);
        // A key that its master never got is out of reach of every slave; unless the master's node was cut off between commit
        // and answer.
        bool answerLost = pair.NodeA.CrashedAt == "commit:durable" || pair.NodeB.CrashedAt == "commit:durable";
        for (int chunk = 0; chunk < 36 && !answerLost; chunk++)
        {
            Guid id = KeyId.Derive(NodePair.Block(1 + (chunk / 12)), chunk % 12);
            if (!applications.Issued.ContainsKey(id))
            {
                Assert.NotEqual(FetchStatus.Fetched, pair.FetchAtA(id).Status);
                Assert.NotEqual(FetchStatus.Fetched, pair.FetchAtB(id).Status);
            }
        }
        await applications.DrainAsync(pair);
        applications.CheckComplete(pair);
    }
}
