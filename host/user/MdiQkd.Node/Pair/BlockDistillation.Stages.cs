using System.Runtime.InteropServices;
using Google.Protobuf;
using MdiQkd.Distillation.Amplification;
using MdiQkd.Distillation.Estimation;
using MdiQkd.Distillation.Verification;
using MdiQkd.KeyMaterial;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <content>The stages between the checkpoints, in their order.</content>
internal sealed partial class BlockDistillation
{
    private Fault? Disclose()
    {
        Phase = DistillationPhase.Disclosure;
        foreach (PlanePiece piece in PlanePiece.Cut(block.Own, TransportLimits.DisclosureEvents))
        {
            toHub(new NodeMessage
            {
                Disclosure = new Disclosure
                {
                    Block = blockId,
                    FirstEvent = piece.FirstEvent,
                    High = UnsafeByteOperations.UnsafeWrap(piece.High),
                    Low = UnsafeByteOperations.UnsafeWrap(piece.Low),
                    XBits = UnsafeByteOperations.UnsafeWrap(piece.XBits),
                    Last = piece.Last,
                },
            });
        }

        return SiftIfComplete();
    }

    private Fault? SiftIfComplete()
    {
        if (theirs.Planes is not { } planes)
        {
            return null;
        }

        LabelPlanes a = isReference ? block.Own : planes;
        LabelPlanes b = isReference ? planes : block.Own;
        sift = Sifter.Sift(a, b, block.PsiPlus);
        Phase = DistillationPhase.Sifting;
        siftContent = new TagContent(CheckpointKind.T2, plan.Id)
            .With("labels and X bits of A", PlaneBytes(a))
            .With("labels and X bits of B", PlaneBytes(b))
            .With("counts", CountBytes(sift.Counts))
            .With("z-z index list", MemoryMarshal.AsBytes(sift.ZzMask.AsSpan()).ToArray());
        return SendCheckpoint(CheckpointKind.T2, siftContent);
    }

    private Fault? BeginReconciliation()
    {
        // No syndrome leaves if even a free error correction would leave no key.
        KeyLengthDecision best = BlockEstimator.Decide(sift!.Counts, plan, leakEc: 0);
        PhaseErrorUpper = best.PhaseErrorUpper;
        if (best.Abort != AbortReason.None)
        {
            return new Fault(best.Abort, best.Detail);
        }

        SecretBits bits = new(sift.ZzCount);
        BitPlane.Extract(block.Bits.Words[..BitPlane.Words(block.Own.Events)], sift.ZzMask, bits.Words);
        block.Bits.Dispose();
        sifted = isReference ? SiftedKey.OfReference(plan.Id, bits) : SiftedKey.OfFlippingUser(plan.Id, bits);
        exchange = new ReconciliationExchange(plan, isReference, sifted.Bits, codes);
        Phase = DistillationPhase.Reconciliation;
        foreach (HubMessage message in deferred)
        {
            if (OnReconciliation(message) is { } fault)
            {
                return fault;
            }
        }

        deferred.Clear();
        return null;
    }

    private Fault? Serve(SyndromeRequest request)
    {
        if (exchange!.Serve(request, out SyndromeSet syndromes, out List<FrameBits> disclosed) is { } fault)
        {
            return fault;
        }

        if (syndromes.Frames.Count > 0)
        {
            toHub(new NodeMessage { Syndromes = syndromes });
        }

        foreach (FrameBits frame in disclosed)
        {
            toHub(new NodeMessage { FrameBits = frame });
        }

        return null;
    }

    private Fault? SendVerification()
    {
        Errors = exchange!.Errors;
        if (CheckQber(Errors) is { } qber)
        {
            return qber;
        }

        reconciled = sifted!.Correct(exchange.Pattern, LeakEc);
        if (Estimate(out long keyBits) is { } noKey)
        {
            return noKey;
        }

        // The seed is drawn here, after the corrected string is fixed (PROTOCOL 5.4).
        byte[] verificationSeed = new byte[VerificationHash.SeedBytes];
        randomness.Fill(verificationSeed);
        byte[] tag = VerificationHash.Tag(reconciled, verificationSeed, plan.Security.EpsilonCorrectness);
        KeyBits = keyBits;
        Phase = DistillationPhase.Verification;
        sentVerification = new Messages.Verification
        {
            Block = blockId,
            Seed = ByteString.CopyFrom(verificationSeed),
            Tag = ByteString.CopyFrom(tag),
            PatternDigest = ByteString.CopyFrom(exchange.PatternDigest()),
            LeakEc = LeakEc,
            Errors = Errors,
            KeyBits = keyBits,
        };
        toPeer(new PeerMessage { Verification = sentVerification });
        return null;
    }

    private Fault? Amplify()
    {
        amplificationTagChecked = true;
        int seedBits = ToeplitzHash.SeedBits(verified!.BitCount, (int)KeyBits);
        if (seed.Length != SecretBits.WordsFor(seedBits) * sizeof(ulong))
        {
            return new Fault(AbortReason.ReconciliationMismatch, $"amplification seed of {seed.Length} bytes for {seedBits} bits");
        }

        ulong[] words = MemoryMarshal.Cast<byte, ulong>(seed.Span).ToArray();
        string? refused = PrivacyAmplifier.Amplify(
            verified, words, seedBits, (int)KeyBits, Environment.ProcessorCount, out SecretKey? secret);
        if (refused is not null)
        {
            return new Fault(AbortReason.ReconciliationMismatch, refused);
        }

        Key = secret;
        Phase = DistillationPhase.Storing;
        return null;
    }

    private Fault? OnStoredAtPeer()
    {
        storedAtPeer = true;
        FinishIfBothStored();
        return null;
    }

    private void FinishIfBothStored()
    {
        if (storedHere && storedAtPeer)
        {
            Phase = DistillationPhase.Done;
        }
    }

    private Fault? Estimate(out long keyBits)
    {
        KeyLengthDecision decision = BlockEstimator.Decide(sift!.Counts, plan, LeakEc);
        PhaseErrorUpper = decision.PhaseErrorUpper;
        keyBits = decision.KeyBits;
        return decision.Abort == AbortReason.None ? null : new Fault(decision.Abort, decision.Detail);
    }

    private Fault? CheckQber(long errors)
    {
        Errors = errors;
        return errors > plan.QberCapMicro * 1e-6 * SiftedBits
            ? new Fault(AbortReason.QberTooHigh, $"{errors} errors in {SiftedBits} sifted bits; the cap is {plan.QberCapMicro}e-6")
            : null;
    }
}
