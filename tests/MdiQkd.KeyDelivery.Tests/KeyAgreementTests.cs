using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Tests;

public sealed class KeyAgreementTests
{
    [Theory]
    [InlineData(1, 256)]
    [InlineData(3, 256)]
    [InlineData(2, 8)]
    [InlineData(2, 264)]
    [InlineData(2, 4096)]
    [InlineData(128, 256)]
    public async Task Master_and_slave_get_equal_keys_once(int number, int sizeBits)
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 400);
        using IssueResult issued = await pair.IssueAtA(number, sizeBits);
        Assert.Equal(IssueStatus.Issued, issued.Status);
        Assert.Equal(number, issued.Keys.Count);
        Assert.All(issued.Keys, key => Assert.Equal(sizeBits, key.SizeBits));
        Guid[] ids = [.. issued.Keys.Select(key => key.Id)];
        Assert.Equal(number, ids.Distinct().Count());
        using FetchResult fetched = pair.FetchAtB(ids);
        Assert.Equal(FetchStatus.Fetched, fetched.Status);
        for (int i = 0; i < number; i++)
        {
            Assert.Equal(ids[i], fetched.Keys[i].Id);
            Assert.Equal(issued.Keys[i].Bits, fetched.Keys[i].Bits);
        }
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(ids).Status);
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(ids[0]).Status);
        // Equal levels afterwards: both nodes destroyed the same chunks.
        Assert.Equal(pair.NodeA.Store.Level(NodePair.B), pair.NodeB.Store.Level(NodePair.A));
        int perKey = (sizeBits + 255) / 256;
        Assert.Equal((400 - (number * perKey)) * 256, pair.NodeA.Store.Level(NodePair.B));
    }

    [Fact]
    public async Task A_key_is_the_blocks_bits_and_its_id_the_first_chunks()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 4);
        byte[] secret = NodePair.SecretKey(1, 4);
        using IssueResult issued = await pair.IssueAtA(1, 264);
        Assert.Equal(KeyId.Derive(NodePair.Block(1), 0), issued.Keys[0].Id);
        Assert.Equal([.. secret[..32], secret[64]], issued.Keys[0].Bits.ToArray());
        using IssueResult other = await pair.IssueAtB(1, 512);
        Assert.Equal(KeyId.Derive(NodePair.Block(1), 1), other.Keys[0].Id);
        Assert.Equal([.. secret[32..64], .. secret[96..]], other.Keys[0].Bits.ToArray());
    }

    [Fact]
    public async Task Keys_run_out_without_reserving_any()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 5);
        Assert.Equal(IssueStatus.NotEnoughKeys, (await pair.IssueAtA(4)).Status);
        Assert.Equal(IssueStatus.NotEnoughKeys, (await pair.IssueAtB(3)).Status);
        Assert.Equal(IssueStatus.Issued, (await pair.IssueAtA(3)).Status);
        Assert.Equal(IssueStatus.Issued, (await pair.IssueAtB(2)).Status);
        Assert.Equal(0, pair.NodeA.Store.Level(NodePair.B));
    }

    [Fact]
    public async Task Pending_keys_are_never_issued()
    {
        using NodePair pair = new();
        pair.NodeA.Store.AddPending(NodePair.B, NodePair.Block(1), NodePair.SecretKey(1, 8));
        pair.NodeB.Store.AddPending(NodePair.A, NodePair.Block(1), NodePair.SecretKey(1, 8));
        Assert.Equal(IssueStatus.NotEnoughKeys, (await pair.IssueAtA()).Status);
        Assert.Equal(IssueStatus.NotEnoughKeys, (await pair.IssueAtB()).Status);
    }

    [Fact]
    public async Task A_lost_stored_is_healed_by_the_first_assignment()
    {
        using NodePair pair = new();
        pair.NodeA.AddConfirmed(NodePair.B, NodePair.Block(1), NodePair.SecretKey(1, 8));
        pair.NodeB.Store.AddPending(NodePair.A, NodePair.Block(1), NodePair.SecretKey(1, 8));
        using IssueResult issued = await pair.IssueAtA();
        Assert.Equal(IssueStatus.Issued, issued.Status);
        Assert.Empty(pair.NodeB.Store.PendingBlocks(NodePair.A));
        using FetchResult fetched = pair.FetchAtB(issued.Keys[0].Id);
        Assert.Equal(issued.Keys[0].Bits, fetched.Keys[0].Bits);
    }

    [Fact]
    public async Task Only_the_named_slave_may_fetch_and_only_from_its_master()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 8);
        using IssueResult issued = await pair.IssueAtA(2);
        using IssueResult other = await pair.NodeA.Agreement.IssueAsync("sae-a", "sae-b2", 1, 256, CancellationToken.None);
        Guid[] ids = [.. issued.Keys.Select(key => key.Id)];
        KeyAgreement b = pair.NodeB.Agreement;
        Assert.Equal(FetchStatus.NotSlave, b.Fetch("sae-a", "sae-b2", ids).Status);
        Assert.Equal(FetchStatus.NotSlave, b.Fetch("sae-a", "sae-b", [.. ids, other.Keys[0].Id]).Status);
        Assert.Equal(FetchStatus.NotSlave, b.Fetch("sae-a", "sae-b2", [Guid.NewGuid(), ids[0]]).Status);
        Assert.Equal(FetchStatus.NotFound, b.Fetch("sae-a2", "sae-b", ids).Status);
        Assert.Equal(FetchStatus.NotFound, b.Fetch("sae-a", "sae-b", [ids[0], Guid.NewGuid()]).Status);
        Assert.Equal(FetchStatus.NotFound, b.Fetch("sae-a", "sae-b", [ids[0], ids[0]]).Status);
        // None of the refusals has taken a key.
        Assert.Equal(FetchStatus.Fetched, b.Fetch("sae-a", "sae-b", ids).Status);
        Assert.Equal(FetchStatus.Fetched, b.Fetch("sae-a", "sae-b2", [other.Keys[0].Id]).Status);
    }

    [Fact]
    public async Task Parts_of_a_long_key_cannot_be_fetched()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 8);
        using IssueResult issued = await pair.IssueAtA(1, 512);
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(KeyId.Derive(NodePair.Block(1), 2)).Status);
        Assert.Equal(FetchStatus.Fetched, pair.FetchAtB(issued.Keys[0].Id).Status);
    }

    [Fact]
    public async Task A_lost_request_or_acknowledgement_burns_the_keys_at_both()
    {
        foreach (bool loseReply in new[] { false, true })
        {
            using NodePair pair = new();
            pair.AddConfirmed(1, 8);
            (pair.Network.LoseRequest, pair.Network.LoseReply) = loseReply ? (0, 1) : (1, 0);
            Assert.Equal(IssueStatus.PeerUnavailable, (await pair.IssueAtA(2)).Status);
            // While the peer is away, further attempts cost nothing.
            Assert.Equal(IssueStatus.PeerUnavailable, (await pair.IssueAtA(2)).Status);
            Assert.Equal(2, pair.NodeA.Store.IssuableCount(NodePair.B));
            pair.Network.Heal();
            using IssueResult issued = await pair.IssueAtA(2);
            Assert.Equal(IssueStatus.Issued, issued.Status);
            Assert.Equal([KeyId.Derive(NodePair.Block(1), 4), KeyId.Derive(NodePair.Block(1), 6)], issued.Keys.Select(key => key.Id));
            Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(KeyId.Derive(NodePair.Block(1), 0)).Status);
            Assert.Equal(pair.NodeA.Store.Level(NodePair.B), pair.NodeB.Store.Level(NodePair.A));
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_gets_no_key_and_nobody_else_does()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 4);
        using CancellationTokenSource caller = new();
        pair.Network.OnReply = async (_, _) => await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => pair.NodeA.Agreement.IssueAsync("sae-a", "sae-b", 1, 256, caller.Token));
        pair.Network.OnReply = null;
        await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(KeyId.Derive(NodePair.Block(1), 0)).Status);
        Assert.Equal(1, pair.NodeA.Store.IssuableCount(NodePair.B));
        Assert.Equal(pair.NodeA.Store.Level(NodePair.B), pair.NodeB.Store.Level(NodePair.A));
    }

    [Fact]
    public async Task A_silent_peer_is_given_up_in_time()
    {
        using NodePair pair = new();
        pair.NodeA.Options = pair.NodeA.Options with { PeerTimeout = TimeSpan.FromMilliseconds(50) };
        pair.NodeA.Restart();
        pair.AddConfirmed(1, 4);
        TaskCompletionSource never = new();
        pair.Network.OnRequest = (_, _) => never.Task;
        Assert.Equal(IssueStatus.PeerUnavailable, (await pair.IssueAtA()).Status);
        never.SetResult();
    }

    [Fact]
    public async Task A_late_duplicate_of_an_assignment_after_its_burning_stores_nothing()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 8);
        byte[]? assign = null;
        pair.Network.OnRequest = (_, message) =>
        {
            assign ??= message;
            return Task.CompletedTask;
        };
        pair.Network.LoseRequest = 1;
        Assert.Equal(IssueStatus.PeerUnavailable, (await pair.IssueAtA()).Status);
        pair.Network.Heal();
        await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
        byte[] reply = await pair.NodeB.Agreement.HandleRequestAsync(NodePair.A, assign, CancellationToken.None);
        Assert.Equal((byte)AcceptStatus.KeysNotHeld, reply[^1]);
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(KeyId.Derive(NodePair.Block(1), 0)).Status);
    }

    [Fact]
    public async Task Every_old_message_replayed_later_changes_nothing()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 16);
        List<(string From, byte[] Message)> seen = [];
        pair.Network.OnRequest = (from, message) =>
        {
            lock (seen)
            {
                seen.Add((from, message));
            }
            return Task.CompletedTask;
        };
        using IssueResult first = await pair.IssueAtA(2);
        using IssueResult second = await pair.IssueAtB(2);
        pair.Network.LoseReply = 1;
        await pair.IssueAtA(1);
        pair.Network.Heal();
        await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
        Guid[] ids = [.. first.Keys.Select(key => key.Id)];
        Assert.Equal(FetchStatus.Fetched, pair.FetchAtB(ids[0]).Status);
        long levelA = pair.NodeA.Store.Level(NodePair.B);
        pair.Network.OnRequest = null;
        foreach ((string from, byte[] message) in seen.AsEnumerable().Reverse().Concat(seen))
        {
            KeyAgreement to = from == NodePair.A ? pair.NodeB.Agreement : pair.NodeA.Agreement;
            await to.HandleRequestAsync(from, message, CancellationToken.None);
        }
        Assert.Equal(levelA, pair.NodeA.Store.Level(NodePair.B));
        Assert.Equal(levelA, pair.NodeB.Store.Level(NodePair.A));
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(ids[0]).Status);
        Assert.Equal(FetchStatus.Fetched, pair.FetchAtB(ids[1]).Status);
        Assert.Equal(FetchStatus.Fetched, pair.FetchAtA([.. second.Keys.Select(key => key.Id)]).Status);
    }

    [Fact]
    public async Task A_peer_cannot_assign_what_is_not_its_own()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 4);
        AcceptStatus Send(Assignment assignment, string from = NodePair.A) => (AcceptStatus)pair.NodeB.Agreement.HandleRequestAsync(
            from, AgreementCodec.Encode(AgreementMessageType.Assign, assignment), CancellationToken.None).Result[^1];
        ChunkReference even = new(NodePair.Block(1), 0);
        ChunkReference odd = new(NodePair.Block(1), 1);
        Assignment good = new(Guid.NewGuid(), "sae-a", "sae-b", 256, [even]);
        Assert.Equal(AcceptStatus.NotIssuer, Send(good with { Chunks = [odd] }));
        Assert.Equal(AcceptStatus.UnknownSae, Send(good with { Master = "sae-b" }));
        Assert.Equal(AcceptStatus.UnknownSae, Send(good with { Master = "sae-c" }));
        Assert.Equal(AcceptStatus.UnknownSae, Send(good with { Slave = "sae-a" }));
        Assert.Equal(AcceptStatus.UnknownSae, Send(good, "inta-2"));
        Assert.Equal(AcceptStatus.KeysNotHeld, Send(good with { Chunks = [even, new(NodePair.Block(2), 0)] }));
        Assert.Equal(AcceptStatus.KeysNotHeld, Send(good with { Chunks = [new(NodePair.Block(1), 4)] }));
        Assert.Equal(AcceptStatus.Malformed, Send(good with { Chunks = [even, even] }));
        Assert.Equal(AcceptStatus.Accepted, Send(good));
        Assert.Equal(AcceptStatus.Accepted, Send(good));
        Assert.Equal(AcceptStatus.Malformed, Send(good with { Slave = "sae-b2" }));
        // A peer whose store was set back cannot assign the chunk a second time, nor burn it by another assignment.
        Assert.Equal(AcceptStatus.KeysNotHeld, Send(good with { Id = Guid.NewGuid() }));
        await pair.NodeB.Agreement.HandleRequestAsync(NodePair.A,
            AgreementCodec.Encode(AgreementMessageType.Burn, good with { Id = Guid.NewGuid() }), CancellationToken.None);
        Assert.Equal(FetchStatus.Fetched, pair.FetchAtB(KeyId.Derive(NodePair.Block(1), 0)).Status);
    }

    [Fact]
    public async Task Keys_that_are_not_fetched_expire()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 4);
        using IssueResult issued = await pair.IssueAtA();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, pair.NodeB.Store.Ledger.Expire(now - TimeSpan.FromMinutes(1)));
        Assert.Equal(1, pair.NodeB.Store.Ledger.Expire(now + TimeSpan.FromMinutes(1)));
        Assert.Equal(FetchStatus.NotFound, pair.FetchAtB(issued.Keys[0].Id).Status);
    }

    [Fact]
    public async Task A_block_the_peer_has_lost_is_settled_after_the_first_refusal()
    {
        using NodePair pair = new();
        pair.NodeA.AddConfirmed(NodePair.B, NodePair.Block(1), NodePair.SecretKey(1, 8));
        pair.AddConfirmed(2, 8);
        Assert.Equal(IssueStatus.PeerRefused, (await pair.IssueAtA()).Status);
        await pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None);
        using IssueResult issued = await pair.IssueAtA();
        Assert.Equal(KeyId.Derive(NodePair.Block(2), 0), issued.Keys[0].Id);
        Assert.Equal(AddOutcome.Discarded, pair.NodeB.Store.AddPending(NodePair.A, NodePair.Block(1), NodePair.SecretKey(1, 8)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sync_settles_pending_blocks_whoever_starts(bool byA)
    {
        using NodePair pair = new();
        KeyStore a = pair.NodeA.Store;
        KeyStore b = pair.NodeB.Store;
        a.AddPending(NodePair.B, NodePair.Block(1), NodePair.SecretKey(1, 4));
        b.AddPending(NodePair.A, NodePair.Block(1), NodePair.SecretKey(1, 4));
        a.AddPending(NodePair.B, NodePair.Block(2), NodePair.SecretKey(2, 4));
        b.AddPending(NodePair.A, NodePair.Block(3), NodePair.SecretKey(3, 4));
        a.AddPending(NodePair.B, NodePair.Block(4), NodePair.SecretKey(4, 4));
        b.AddPending(NodePair.A, NodePair.Block(4), NodePair.SecretKey(4, 6));
        b.AddPending(NodePair.A, NodePair.Block(5), NodePair.SecretKey(5, 4));
        a.AddPending(NodePair.B, NodePair.Block(5), NodePair.SecretKey(5, 4));
        b.Confirm(NodePair.A, NodePair.Block(5));
        await (byA ? pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None)
            : pair.NodeB.Agreement.SyncAsync(NodePair.A, CancellationToken.None));
        Assert.Empty(a.PendingBlocks(NodePair.B));
        Assert.Empty(b.PendingBlocks(NodePair.A));
        Assert.Equal(8 * 256, a.Level(NodePair.B));
        Assert.Equal(8 * 256, b.Level(NodePair.A));
        // What was discarded on one side can no longer arrive late on the other.
        Assert.Equal(AddOutcome.Discarded, b.AddPending(NodePair.A, NodePair.Block(2), NodePair.SecretKey(2, 4)));
        Assert.Equal(AddOutcome.Discarded, a.AddPending(NodePair.B, NodePair.Block(3), NodePair.SecretKey(3, 4)));
    }

    [Fact]
    public async Task Sync_covers_more_blocks_than_a_page_holds()
    {
        using NodePair pair = new();
        int blocks = SyncPage.ItemsMax + 10;
        for (int i = 1; i <= blocks; i++)
        {
            pair.NodeA.Store.AddPending(NodePair.B, NodePair.Block(i), NodePair.SecretKey(i, 1));
            pair.NodeB.Store.AddPending(NodePair.A, NodePair.Block(i + 5), NodePair.SecretKey(i + 5, 1));
        }
        await pair.NodeB.Agreement.SyncAsync(NodePair.A, CancellationToken.None);
        Assert.Equal((blocks - 5) * 256, pair.NodeA.Store.Level(NodePair.B));
        Assert.Equal((blocks - 5) * 256, pair.NodeB.Store.Level(NodePair.A));
        Assert.Empty(pair.NodeA.Store.PendingBlocks(NodePair.B));
        Assert.Empty(pair.NodeB.Store.PendingBlocks(NodePair.A));
    }

    [Fact]
    public async Task The_background_work_burns_when_the_peer_is_back()
    {
        using NodePair pair = new();
        pair.AddConfirmed(1, 8);
        pair.Network.LoseReply = 1;
        Assert.Equal(IssueStatus.PeerUnavailable, (await pair.IssueAtA()).Status);
        Assert.Single(pair.NodeA.Store.Ledger.Unfinished(NodePair.B));
        pair.Network.Heal();
        await RunUntil(pair, "burnt:durable");
        Assert.Empty(pair.NodeA.Store.Ledger.Unfinished(NodePair.B));
        Assert.Equal(pair.NodeA.Store.Level(NodePair.B), pair.NodeB.Store.Level(NodePair.A));
    }

    [Fact]
    public async Task The_background_work_reconciles_after_a_refusal()
    {
        using NodePair pair = new();
        pair.NodeA.AddConfirmed(NodePair.B, NodePair.Block(1), NodePair.SecretKey(1, 8));
        Assert.Equal(IssueStatus.PeerRefused, (await pair.IssueAtA()).Status);
        await RunUntil(pair, "apply:durable");
        Assert.Equal(0, pair.NodeA.Store.Level(NodePair.B));
    }

    private static async Task RunUntil(NodePair pair, string step)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.NodeA.Store.AtStep = at =>
        {
            if (at == step)
            {
                reached.TrySetResult();
            }
        };
        using CancellationTokenSource end = new();
        Task run = pair.NodeA.Agreement.RunAsync(end.Token);
        await reached.Task;
        await end.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Sync_says_when_the_peer_is_away()
    {
        using NodePair pair = new();
        pair.Network.LoseRequest = 1;
        PeerUnavailableException e = await Assert.ThrowsAsync<PeerUnavailableException>(
            () => pair.NodeA.Agreement.SyncAsync(NodePair.B, CancellationToken.None));
        Assert.Equal(NodePair.B, e.PeerNode);
    }

    [Fact]
    public async Task Requests_out_of_range_are_programming_errors()
    {
        using NodePair pair = new();
        KeyAgreement a = pair.NodeA.Agreement;
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-a", "sae-b", 0, 256, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-a", "sae-b", 129, 256, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-a", "sae-b", 1, 257, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-a", "sae-b", 1, 4104, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-a", "sae-a2", 1, 256, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => a.IssueAsync("sae-b", "sae-b2", 1, 256, default));
    }
}
