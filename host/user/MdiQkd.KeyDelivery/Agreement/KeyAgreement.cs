using System.Collections.Concurrent;
using System.Security.Cryptography;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>
/// Agreement between the key management entities of two nodes on who gets which key (PROTOCOL section 7).
/// <para>Design: the issuing node reserves chunks durably, tells the peer (key names, master, slave, size), which stores the
/// assignment durably before it acknowledges; then the issuing node commits (the chunks cease to exist) and answers its
/// caller. Until the commit a failure of any kind (no acknowledgement, refusal, caller gone, crash) turns the assignment into
/// a burning: key bits are erased at once, and the peer is told, as often as needed, to destroy them too. Nothing ever moves
/// a chunk from one assignment to another, so no message, however late or often it arrives, can make two deliveries of one
/// key; and the peer accepts an assignment only over chunks that it holds free, so no key is delivered unequal.</para>
/// <para>Trade-offs: a request during an outage costs its keys. While keys of an earlier request wait to be burnt, no new
/// ones are reserved for that peer, so an outage costs at most <see cref="KeyDeliveryOptions.MaxConcurrentIssues"/> requests.
/// If the process ends between commit and answer the keys are lost to the master (ETSI GS QKD 014 has no second answer).
/// Handlers of the peer's requests never wait for the peer, so two nodes cannot dead-lock.</para>
/// </summary>
public sealed class KeyAgreement : IDisposable
{
    /// <summary>Pages of one reconciliation, per direction: a limit against a peer that never comes to an end.</summary>
    private const int SyncPagesMax = 10_000;

    private readonly KeyStore store;
    private readonly IPeerLink link;
    private readonly KeyDeliveryOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<string, PeerState> peers = new(StringComparer.Ordinal);

    /// <summary>Creates the agreement of one node; the store stays the caller's.</summary>
    public KeyAgreement(
        KeyStore store, IPeerLink link, KeyDeliveryOptions options, TimeProvider? time = null, ILogger<KeyAgreement>? log = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(options);
        this.store = store;
        this.link = link;
        this.options = options.Validated();
        this.time = time ?? TimeProvider.System;
        this.log = (ILogger?)log ?? NullLogger.Instance;
        if (store.Node != options.Node)
        {
            throw new ArgumentException($"the store belongs to {store.Node}, the options to {options.Node}", nameof(options));
        }
    }

    /// <summary>The store that keys come from.</summary>
    public KeyStore Store => store;

    /// <summary>The settings.</summary>
    public KeyDeliveryOptions Options => options;

    /// <summary>New keys for a master served here and a slave served by another node (enc_keys).</summary>
    /// <param name="master">An SAE of this node.</param>
    /// <param name="slave">An SAE of another node.</param>
    /// <param name="number">Keys, 1 to <see cref="KeyDeliveryOptions.MaxKeysPerRequest"/>.</param>
    /// <param name="sizeBits">Bits per key; a multiple of 8 in the configured range.</param>
    /// <param name="ct">Cancelled when the caller is gone; the keys are then burnt.</param>
    /// <exception cref="ArgumentException">A value out of its range, or an SAE that is not where it has to be.</exception>
    /// <exception cref="KeyStoreException">The store failed; no key was delivered.</exception>
    public async Task<IssueResult> IssueAsync(string master, string slave, int number, int sizeBits, CancellationToken ct)
    {
        string peer = CheckRequest(master, slave, number, sizeBits);
        PeerState state = StateOf(peer);
        await state.Admission.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!await ResolveAsync(peer).WaitAsync(ct).ConfigureAwait(false))
            {
                return Failed(IssueStatus.PeerUnavailable);
            }
            Guid id = Guid.NewGuid();
            lock (state.Gate)
            {
                state.Waiting.Add(id);
            }
            try
            {
                Assignment? assignment = store.Ledger.Reserve(id, peer, master, slave, number, sizeBits, time.GetUtcNow());
                return assignment is null
                    ? Failed(IssueStatus.NotEnoughKeys)
                    : await AssignAsync(peer, state, assignment, ct).ConfigureAwait(false);
            }
            finally
            {
                // An assignment that is still unfinished has no caller now; whoever resolves next burns it.
                lock (state.Gate)
                {
                    state.Waiting.Remove(id);
                }
            }
        }
        finally
        {
            state.Admission.Release();
        }
    }

    /// <summary>Keys that another node's master shares with a slave served here (dec_keys): all or none, each once.</summary>
    /// <exception cref="KeyStoreException">The store failed; no key was taken.</exception>
    public FetchResult Fetch(string master, string slave, IReadOnlyList<Guid> keyIds)
    {
        ArgumentNullException.ThrowIfNull(keyIds);
        (FetchStatus status, List<DeliveredKey> keys) = store.Ledger.Fetch(master, slave, keyIds);
        log.LogInformation("dec_keys: slave {Slave}, master {Master}, {Number} keys: {Status}", slave, master, keyIds.Count, status);
        return new FetchResult(status, keys);
    }

    /// <summary>Handles a request of the peer's key agreement; what the reply says is on disk. Never waits for the peer.</summary>
    /// <param name="peerNode">The node that the channel has authenticated.</param>
    /// <param name="message">The request.</param>
    /// <param name="ct">Not needed to stop: a request is one or a few transactions.</param>
    /// <exception cref="InvalidDataException">Not a message that this version knows.</exception>
    /// <exception cref="KeyStoreException">The store failed; the peer gets no reply and repeats.</exception>
    public Task<byte[]> HandleRequestAsync(string peerNode, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(peerNode);
        ct.ThrowIfCancellationRequested();
        if (!AgreementCodec.TryReadType(message.Span, out AgreementMessageType type))
        {
            throw Malformed(peerNode);
        }
        return Task.FromResult(type switch
        {
            AgreementMessageType.Assign => HandleAssign(peerNode, message.Span),
            AgreementMessageType.Burn => HandleBurn(peerNode, message.Span),
            AgreementMessageType.Sync => HandleSync(peerNode, message.Span),
            _ => throw Malformed(peerNode),
        });
    }

    /// <summary>
    /// Brings both stores to agree after a cut or a crash: burns what is to be burnt, then goes through the blocks of which
    /// either node still holds unassigned chunks. A block held by both becomes confirmed; one held by one only is discarded,
    /// and the other refuses it from then on, so that a late <see cref="KeyStore.AddPending"/> cannot bring it back.
    /// To be called when the connection to the peer (re)opens and no block is between T3 and "stored".
    /// </summary>
    /// <remarks>
    /// Why that is safe: each node stores a block only after it has verified T3 in both directions, so if both hold a
    /// BlockId, both hold the same bits (up to the ε of verification); the authenticated claim "I hold it" is as good as the
    /// lost "stored". A discarded block was delivered to nobody: delivery needs an assignment that the peer accepted over
    /// chunks of the block. Assignments, also those over a discarded block, live on by themselves.
    /// </remarks>
    /// <exception cref="PeerUnavailableException">The peer does not answer; what was settled stays settled.</exception>
    /// <exception cref="KeyStoreException">The store failed.</exception>
    public async Task SyncAsync(string peer, CancellationToken ct)
    {
        if (!await ResolveAsync(peer).WaitAsync(ct).ConfigureAwait(false))
        {
            throw new PeerUnavailableException(peer, "does not answer");
        }
        long ownCursor = 0;
        long peerCursor = 0;
        BlockVerdict[] verdicts = [];
        for (int page = 0; page < SyncPagesMax; page++)
        {
            SyncPage mine = new(peerCursor, ClaimsOf(peer, ref ownCursor), verdicts);
            byte[] reply = await RequestAsync(peer, AgreementCodec.Encode(AgreementMessageType.Sync, mine), ct).ConfigureAwait(false);
            if (!AgreementCodec.TryDecode(reply, AgreementMessageType.SyncReply, out SyncPage? theirs)
                || theirs.Verdicts.Count != mine.Claims.Count)
            {
                throw new PeerUnavailableException(peer, "unusable reply to a reconciliation");
            }
            Apply(peer, theirs.Verdicts);
            verdicts = store.Judge(peer, theirs.Claims);
            peerCursor = theirs.Cursor;
            if (mine.Claims.Count == 0 && verdicts.Length == 0)
            {
                break;
            }
        }
        lock (StateOf(peer).Gate)
        {
            StateOf(peer).SyncWanted = false;
        }
    }

    /// <summary>
    /// Works in the background until cancelled: tries burnings and wanted reconciliations again, destroys keys that were not
    /// fetched in time, removes what destroyed keys have left in the store's log. Failures are logged and tried again at the next interval.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using PeriodicTimer timer = new(options.ResolveInterval, time);
        try
        {
            do
            {
                foreach (string peer in options.Directory.Nodes.Where(node => node != options.Node))
                {
                    await MaintainAsync(peer, ct).ConfigureAwait(false);
                }
                EraseLog();
            }
            while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    /// <summary>Releases what is held in memory; the store stays open.</summary>
    public void Dispose()
    {
        foreach (PeerState state in peers.Values)
        {
            state.Dispose();
        }
    }

    private static IssueResult Failed(IssueStatus status) => new(status, []);

    private static InvalidDataException Malformed(string peer) => new($"malformed key agreement message from {peer}");

    private string CheckRequest(string master, string slave, int number, int sizeBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, options.MaxKeysPerRequest);
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBits, options.MinKeySizeBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeBits, options.MaxKeySizeBits);
        if (sizeBits % 8 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(sizeBits), "a multiple of 8");
        }
        if (!options.Directory.IsServedBy(master, options.Node))
        {
            throw new ArgumentException("the master is not served by this node", nameof(master));
        }
        return options.Directory.TryFind(slave, out SaeEntry? entry) && entry.Node != options.Node
            ? entry.Node
            : throw new ArgumentException("the slave is not served by another node", nameof(slave));
    }

    private async Task<IssueResult> AssignAsync(string peer, PeerState state, Assignment assignment, CancellationToken ct)
    {
        IssueStatus failure = IssueStatus.PeerUnavailable;
        try
        {
            byte[] message = AgreementCodec.Encode(AgreementMessageType.Assign, assignment);
            byte[] reply = await RequestAsync(peer, message, ct).ConfigureAwait(false);
            if (!AgreementCodec.TryDecodeAssignReply(reply, assignment.Id, out AcceptStatus status))
            {
                throw new PeerUnavailableException(peer, "unusable reply to an assignment");
            }
            ct.ThrowIfCancellationRequested();
            if (status == AcceptStatus.Accepted && store.Ledger.Commit(assignment.Id) is { } keys)
            {
                log.LogInformation("enc_keys: master {Master}, slave {Slave}, {Number} keys of {SizeBits} bits delivered",
                    assignment.Master, assignment.Slave, keys.Count, assignment.SizeBits);
                return new IssueResult(IssueStatus.Issued, keys);
            }
            failure = IssueStatus.PeerRefused;
            lock (state.Gate)
            {
                state.SyncWanted |= status == AcceptStatus.KeysNotHeld;
            }
            log.LogWarning("enc_keys: {Peer} refused an assignment: {Status}; its {Chunks} chunks are burnt",
                peer, status, assignment.Chunks.Count);
        }
        catch (PeerUnavailableException e)
        {
            log.LogWarning("enc_keys: no acknowledgement ({Reason}); {Chunks} chunks are burnt", e.Message, assignment.Chunks.Count);
        }
        store.Ledger.Abandon(assignment.Id);
        return Failed(failure);
    }

    // True if nothing waits to be burnt at the peer any more. Concurrent callers share one attempt.
    private Task<bool> ResolveAsync(string peer)
    {
        PeerState state = StateOf(peer);
        lock (state.Gate)
        {
            if (state.Resolving is not { IsCompleted: false })
            {
                state.Resolving = Task.Run(() => BurnUnfinishedAsync(peer, state));
            }
            return state.Resolving;
        }
    }

    private async Task<bool> BurnUnfinishedAsync(string peer, PeerState state)
    {
        foreach (Guid id in Unattended(peer, state))
        {
            store.Ledger.Abandon(id);
            if (store.Ledger.Burning(id) is not { } assignment)
            {
                continue;
            }
            try
            {
                byte[] message = AgreementCodec.Encode(AgreementMessageType.Burn, assignment);
                byte[] reply = await RequestAsync(peer, message, CancellationToken.None).ConfigureAwait(false);
                if (!AgreementCodec.IsBurnReply(reply, id))
                {
                    return false;
                }
            }
            catch (PeerUnavailableException)
            {
                return false;
            }
            store.Ledger.Burnt(id);
            log.LogInformation("{Chunks} chunks with {Peer} are burnt at both nodes", assignment.Chunks.Count, peer);
        }
        return true;
    }

    private List<Guid> Unattended(string peer, PeerState state)
    {
        IReadOnlyList<Guid> unfinished = store.Ledger.Unfinished(peer);
        lock (state.Gate)
        {
            return [.. unfinished.Where(id => !state.Waiting.Contains(id))];
        }
    }

    private async Task MaintainAsync(string peer, CancellationToken ct)
    {
        try
        {
            int expired = store.Ledger.Expire(time.GetUtcNow() - options.UnfetchedKeyLifetime);
            if (expired > 0)
            {
                log.LogWarning("{Expired} assignments were not fetched in time and are destroyed", expired);
            }
            bool sync;
            lock (StateOf(peer).Gate)
            {
                sync = StateOf(peer).SyncWanted;
            }
            await (sync ? SyncAsync(peer, ct) : ResolveAsync(peer).WaitAsync(ct)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PeerUnavailableException or KeyStoreException)
        {
            log.LogWarning("key agreement with {Peer}: {Reason}; tried again later", peer, e.Message);
        }
    }

    private void EraseLog()
    {
        try
        {
            store.EraseLog();
        }
        catch (KeyStoreException e)
        {
            log.LogWarning("key store: {Reason}; its log is emptied later", e.Message);
        }
    }

    private byte[] HandleAssign(string peer, ReadOnlySpan<byte> message)
    {
        if (!AgreementCodec.TryDecode(message, out Assignment? assignment))
        {
            throw Malformed(peer);
        }
        bool known = options.Directory.IsServedBy(assignment.Master, peer)
            && options.Directory.IsServedBy(assignment.Slave, options.Node);
        AcceptStatus status = known
            ? store.Ledger.Accept(peer, assignment, SHA256.HashData(message), time.GetUtcNow())
            : AcceptStatus.UnknownSae;
        if (status != AcceptStatus.Accepted)
        {
            log.LogWarning("an assignment of {Peer} is refused: {Status}", peer, status);
        }
        return AgreementCodec.EncodeAssignReply(assignment.Id, status);
    }

    private byte[] HandleBurn(string peer, ReadOnlySpan<byte> message)
    {
        if (!AgreementCodec.TryDecode(message, out Assignment? assignment))
        {
            throw Malformed(peer);
        }
        store.Ledger.Burn(peer, assignment);
        return AgreementCodec.EncodeBurnReply(assignment.Id);
    }

    private byte[] HandleSync(string peer, ReadOnlySpan<byte> message)
    {
        if (!AgreementCodec.TryDecode(message, AgreementMessageType.Sync, out SyncPage? page))
        {
            throw Malformed(peer);
        }
        Apply(peer, page.Verdicts);
        BlockVerdict[] verdicts = store.Judge(peer, page.Claims);
        long cursor = page.Cursor;
        BlockClaim[] claims = ClaimsOf(peer, ref cursor);
        return AgreementCodec.Encode(AgreementMessageType.SyncReply, new SyncPage(cursor, claims, verdicts));
    }

    private BlockClaim[] ClaimsOf(string peer, ref long cursor) =>
        [.. store.HeldBlocks(peer, ref cursor, SyncPage.ItemsMax).Select(held => new BlockClaim(held.Block, held.Chunks))];

    private void Apply(string peer, IReadOnlyList<BlockVerdict> verdicts)
    {
        foreach (BlockId block in store.Apply(peer, verdicts))
        {
            log.LogWarning("block {Block} is not held by {Peer} and is discarded", block, peer);
        }
    }

    private async Task<byte[]> RequestAsync(string peer, byte[] message, CancellationToken ct)
    {
        using CancellationTokenSource timeout = new(options.PeerTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await link.RequestAsync(peer, message, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new PeerUnavailableException(peer, "no answer in time", e);
        }
    }

    private PeerState StateOf(string peer) => peers.GetOrAdd(peer, _ => new PeerState(options.MaxConcurrentIssues));
}
