using System.Runtime.InteropServices;
using Google.Protobuf;
using MdiQkd.Authentication.Pool;
using MdiQkd.Distillation.Amplification;
using MdiQkd.Distillation.Estimation;
using MdiQkd.Distillation.Verification;
using MdiQkd.KeyMaterial;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <summary>
/// From a closed list to a secret key at one user (PROTOCOL 3 to 5): three checkpoints, disclosure, reconciliation through the
/// hub, verification, privacy amplification. Message-driven and synchronous; it sends through two delegates and returns a
/// <see cref="Fault"/> when the block must be given up.
/// </summary>
internal sealed partial class BlockDistillation : IDisposable
{
    /// <summary>
    /// Requests of the hub that may wait for the peer's second tag. An honest hub asks once or twice before it has syndromes;
    /// with 16 a lying one cannot make a node hold more than 16 of the largest messages.
    /// </summary>
    private const int DeferredMax = 16;

    private readonly BlockPlan plan;
    private readonly bool isReference;
    private readonly ClosedBlock block;
    private readonly KeyPool pool;
    private readonly IKeyRandomness randomness;
    private readonly CodeBook codes;
    private readonly Action<NodeMessage> toHub;
    private readonly Action<PeerMessage> toPeer;
    private readonly ByteString blockId;
    private readonly PlaneAssembly theirs;
    private readonly List<HubMessage> deferred = [];

    private TagContent? listContent;
    private TagContent? siftContent;
    private TagContent? keyContent;
    private SiftResult? sift;
    private SiftedKey? sifted;
    private ReconciliationExchange? exchange;
    private ReconciledKey? reconciled;
    private VerifiedKey? verified;
    private ReadOnlyMemory<byte> seed;
    private bool amplificationTagChecked;
    private bool storedHere;
    private bool storedAtPeer;

    /// <summary>Takes a closed block over.</summary>
    public BlockDistillation(
        BlockPlan plan,
        string ownName,
        ClosedBlock block,
        KeyPool pool,
        IKeyRandomness randomness,
        CodeBook codes,
        Action<NodeMessage> toHub,
        Action<PeerMessage> toPeer)
    {
        this.plan = plan;
        isReference = plan.A == ownName;
        this.block = block;
        this.pool = pool;
        this.randomness = randomness;
        this.codes = codes;
        this.toHub = toHub;
        this.toPeer = toPeer;
        blockId = ByteString.CopyFrom(plan.Id.ToArray());
        theirs = new PlaneAssembly(block.Own.Events);
    }

    /// <summary>Where it stands.</summary>
    public DistillationPhase Phase { get; private set; }

    /// <summary>The secret key, from <see cref="DistillationPhase.Storing"/> on; the caller stores and disposes it.</summary>
    public SecretKey? Key { get; private set; }

    /// <summary>Length of the key agreed on.</summary>
    public long KeyBits { get; private set; }

    /// <summary>Pads per direction that the head of the key adds to the authentication pool.</summary>
    public int RefillPads { get; private set; }

    /// <summary>Errors between the sifted keys, as B counted them.</summary>
    public long Errors { get; private set; }

    /// <summary>Sifted bits; 0 before sifting.</summary>
    public int SiftedBits => sift?.ZzCount ?? 0;

    /// <summary>Bits disclosed about A's string.</summary>
    public long LeakEc => exchange?.LeakEc ?? 0;

    /// <summary>Bound on the phase error rate, once it was computed.</summary>
    public double PhaseErrorUpper { get; private set; }

    /// <summary>What the operator should know about refused tags, newest last; empty if there were none.</summary>
    public string Remark { get; private set; } = string.Empty;

    /// <summary>T1: says which plan, sessions and events this user holds, and that its last slot is sent.</summary>
    public Fault? Begin()
    {
        if (block.Own.Events == 0)
        {
            return new Fault(AbortReason.TooFewCounts, "the closed list is empty");
        }

        listContent = new TagContent(CheckpointKind.T1, plan.Id)
            .With("parameters", plan.Encode())
            .With("announcement list", block.List);
        return SendCheckpoint(CheckpointKind.T1, listContent);
    }

    /// <summary>The peer came back: it may have missed the first tag. The same bytes again, so no pad is spent or reused.</summary>
    public void RepeatList()
    {
        if (Phase == DistillationPhase.List && sentList is not null)
        {
            toPeer(new PeerMessage { Checkpoint = sentList });
        }
    }

    /// <summary>A checkpoint of the peer.</summary>
    public Fault? OnCheckpoint(Checkpoint message) => (message.Kind, Phase) switch
    {
        (CheckpointKind.T1, DistillationPhase.List) => Check(listContent!, message) ? Disclose() : TagFault(),
        (CheckpointKind.T2, DistillationPhase.Sifting) => Check(siftContent!, message) ? BeginReconciliation() : TagFault(),
        (CheckpointKind.T3, DistillationPhase.Amplification) when isReference && !amplificationTagChecked =>
            Check(keyContent!, message) ? Amplify() : TagFault(),
        (CheckpointKind.Stored, DistillationPhase.Storing) => Check(StoredContent(), message) ? OnStoredAtPeer() : TagFault(),
        _ => null,
    };

    /// <summary>A piece of the peer's disclosure.</summary>
    public Fault? OnDisclosure(Disclosure message)
    {
        if (Phase > DistillationPhase.Disclosure)
        {
            return null;
        }

        PlanePiece piece = new(
            message.FirstEvent, message.High.Memory, message.Low.Memory, message.XBits.Memory, message.Last);
        return theirs.Add(piece) is { } wrong
            ? new Fault(AbortReason.SiftingMismatch, wrong)
            : Phase == DistillationPhase.Disclosure ? SiftIfComplete() : null;
    }

    /// <summary>Reconciliation messages of the hub; they wait until the peer's second tag is verified.</summary>
    public Fault? OnReconciliation(HubMessage message)
    {
        if (Phase < DistillationPhase.Reconciliation)
        {
            if (deferred.Count >= DeferredMax)
            {
                return new Fault(AbortReason.HubRuleBroken, $"more than {DeferredMax} requests before the second tag");
            }

            deferred.Add(message);
            return null;
        }

        if (Phase > DistillationPhase.Reconciliation)
        {
            return null;
        }

        Fault? fault = message.BodyCase switch
        {
            HubMessage.BodyOneofCase.SyndromeRequest => Serve(message.SyndromeRequest),
            HubMessage.BodyOneofCase.Syndromes => exchange!.OnPeerSyndromes(message.Syndromes),
            HubMessage.BodyOneofCase.ErrorPatterns => exchange!.OnPatterns(message.ErrorPatterns),
            HubMessage.BodyOneofCase.FrameBits => exchange!.OnPeerFrame(message.FrameBits),
            _ => null,
        };
        return fault ?? (!isReference && exchange!.IsResolved ? SendVerification() : null);
    }

    /// <summary>A: B's corrected string is fixed; compare, then fix length and seed.</summary>
    public Fault? OnVerification(Messages.Verification message)
    {
        if (!isReference || Phase != DistillationPhase.Reconciliation)
        {
            return null;
        }

        if (message.LeakEc != LeakEc)
        {
            return new Fault(AbortReason.ReconciliationMismatch, $"leak {message.LeakEc} at B, {LeakEc} at A");
        }

        if (CheckQber(message.Errors) is { } qber)
        {
            return qber;
        }

        reconciled = sifted!.AsReference(LeakEc);
        if (!VerificationHash.TryVerify(
            reconciled, message.Seed.Span, message.Tag.Span, plan.Security.EpsilonCorrectness, out verified))
        {
            return new Fault(AbortReason.VerificationFailed, "the corrected strings differ");
        }

        if (Estimate(out long own) is { } noKey)
        {
            return noKey;
        }

        KeyBits = Math.Min(own, message.KeyBits) / BlockEstimator.KeyUnitBits * BlockEstimator.KeyUnitBits;
        if (KeyBits <= 0)
        {
            return new Fault(AbortReason.NoKey, $"key length {own} at A, {message.KeyBits} at B");
        }

        seed = MemoryMarshal.AsBytes(PrivacyAmplifier.DrawSeed(verified.BitCount, (int)KeyBits, randomness).AsSpan()).ToArray();
        RefillPads = KeyRefill.PadsFor(pool.Status.Level, KeyBits);
        keyContent = KeyContent(message, KeyBits, RefillPads, seed);
        Phase = DistillationPhase.Amplification;
        if (keyContent.Seal(pool, isReference, out PadTag tag) is var refusal && refusal != SealRefusal.None)
        {
            return PoolFault(refusal);
        }

        toPeer(new PeerMessage
        {
            Amplification = new Messages.Amplification
            {
                Block = blockId, KeyBits = KeyBits, Seed = UnsafeByteOperations.UnsafeWrap(seed), RefillPads = RefillPads, Tag = tag,
            },
        });
        return null;
    }

    /// <summary>B: A's third tag, length and seed.</summary>
    public Fault? OnAmplification(Messages.Amplification message)
    {
        if (isReference || Phase != DistillationPhase.Verification)
        {
            return null;
        }

        // Everything is checked before anything is taken over: a forged message must not change the state.
        TagContent content = KeyContent(sentVerification!, message.KeyBits, message.RefillPads, message.Seed.Memory);
        VerificationResult result = content.Verify(pool, senderIsReference: true, message.Tag);
        if (result != VerificationResult.Valid)
        {
            Note(result, "the third tag");
            return result == VerificationResult.AbortBlock ? new Fault(AbortReason.AuthenticationFailed, Remark) : null;
        }

        if (message.KeyBits > KeyBits || message.KeyBits <= 0 || message.KeyBits % BlockEstimator.KeyUnitBits != 0)
        {
            return new Fault(
                AbortReason.ReconciliationMismatch, $"A asks for {message.KeyBits} key bits, {KeyBits} are secure here");
        }

        if (!KeyRefill.IsPossible(message.RefillPads, message.KeyBits))
        {
            return new Fault(
                AbortReason.ReconciliationMismatch, $"A asks for {message.RefillPads} pads from {message.KeyBits} key bits");
        }

        KeyBits = message.KeyBits;
        RefillPads = message.RefillPads;
        seed = message.Seed.Memory;
        keyContent = content;
        verified = VerificationHash.AcceptedByPeer(reconciled!);
        Phase = DistillationPhase.Amplification;
        return SendCheckpoint(CheckpointKind.T3, content) ?? Amplify();
    }

    /// <summary>Tells the peer that the key is stored here; called after it is durable.</summary>
    public Fault? ConfirmStored()
    {
        Key?.Dispose();
        storedHere = true;
        Fault? fault = SendCheckpoint(CheckpointKind.Stored, StoredContent());
        FinishIfBothStored();
        return fault;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        block.Dispose();
        sifted?.Dispose();
        reconciled?.Dispose();
        verified?.Dispose();
        Key?.Dispose();
    }

    private Checkpoint? sentList;
    private Messages.Verification? sentVerification;
    private Fault? tagFault;
}
