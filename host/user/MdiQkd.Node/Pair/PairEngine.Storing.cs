using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.KeyRate;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <content>The end of a block: its key is stored and confirmed, or it is given up.</content>
internal sealed partial class PairEngine
{
    /// <summary>Something in this node failed: the open block is given up, the pair goes on with the next one.</summary>
    public void GiveUp(string detail)
    {
        if (accumulation is null || distillation?.Phase is >= DistillationPhase.Storing)
        {
            return;
        }

        givenUp = detail;
#pragma warning disable CA1031 // whatever keeps the end of a block from being stored: it is tried again and the operator is told
        try
        {
            Abort(new Fault(AbortReason.StateLost, $"internal fault: {detail}"), notify: true);
        }
        catch (Exception e)
        {
            OnStoringFailed($"the end of block {accumulation.Plan.Id}", e);
        }
#pragma warning restore CA1031
    }

    /// <summary>The key stores were compared: blocks that were pending are confirmed or gone.</summary>
    public void OnSynchronised()
    {
        if (storedReport is not null && storedPlan is { } plan && !context.Keys.PendingBlocks(context.Peer.Node).Contains(plan.Id))
        {
            peerHolds = context.Keys.Confirm(context.Peer.Node, plan.Id);
            CompleteStoring();
        }
    }

    /// <summary>
    /// What is left to store of a block with a key: the key here, then that both hold it, then the report. Each step may be repeated. While
    /// the stores fail, the key waits in memory, the peer keeps its own, and the pair opens no other block.
    /// </summary>
    private void CompleteStoring()
    {
        if (distillation is not { Phase: >= DistillationPhase.Storing } ready || !storing.IsDue)
        {
            return;
        }

#pragma warning disable CA1031 // whatever keeps a key from being stored: it is tried again and the operator is told
        try
        {
            if (storedReport is null)
            {
                StoreKey(ready);
            }

            if (distillation is { Phase: DistillationPhase.Done } && peerHolds is null)
            {
                context.Keys.Confirm(context.Peer.Node, storedPlan!.Id);
                peerHolds = true;
            }

            if (peerHolds is { } confirmed)
            {
                FinishStored(storedPlan!, storedReport!, confirmed);
            }

            if (storing.Failures > 0)
            {
                context.Log.LogInformation("{Peer}: stored after {Failures} failures", context.Peer.Node, storing.Failures);
                storing.RecordSuccess();
            }
        }
        catch (Exception e)
        {
            OnStoringFailed($"the key of block {accumulation!.Plan.Id}", e);
        }
#pragma warning restore CA1031
    }

    private void OnStoringFailed(string what, Exception e)
    {
        storing.RecordFailure(what, e.Message);
        context.Log.LogError("{Peer}: {Alarm}", context.Peer.Node, storing.Alarm);
    }

    private void StoreKey(BlockDistillation ready)
    {
        BlockPlan plan = accumulation!.Plan;
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)(ready.KeyBits / 8), pinned: true);
        Fault? fault;
        try
        {
            MemoryMarshal.AsBytes(ready.Key!.Bits.Words)[..bytes.Length].CopyTo(bytes);
            fault = StoreParts(plan.Id, bytes, ready);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        if (fault is not null)
        {
            Abort(fault, notify: true);
            return;
        }

        storedPlan = plan;
        storedReport = Report(new Fault(AbortReason.None, string.Empty), ready.KeyBits);
        if (ready.ConfirmStored() is { } refused)
        {
            Abort(refused, notify: true);
        }
    }

    /// <summary>
    /// The pool comes first (PROTOCOL 6.2); its segment before the key, so that a key never exists without it. Repeated after a failure: what
    /// is stored already stays.
    /// </summary>
    /// <exception cref="IOException">The pool has no room on its medium; nothing of it changed.</exception>
    /// <exception cref="KeyStoreException">The key store failed.</exception>
    private Fault? StoreParts(BlockId block, ReadOnlySpan<byte> bytes, BlockDistillation ready)
    {
        if (!KeyRefill.IsPossible(ready.RefillPads, ready.KeyBits))
        {
            return new Fault(AbortReason.NoKey, $"{ready.KeyBits} bits are too few for the channel root and one key");
        }

        int segmentBytes = KeyRefill.SegmentBytes(ready.RefillPads);
        SegmentOutcome added = segmentBytes == 0
            ? SegmentOutcome.Done
            : context.Pool.AddSegment(block, bytes[..segmentBytes]);
        if (added == SegmentOutcome.NotWritten)
        {
            throw new IOException("the file of the authentication pool cannot grow");
        }

        SegmentOutcome root = channel.InstallRoot(block, bytes.Slice(segmentBytes, KeyPool.RootBytes));
        AddOutcome stored = context.Keys.AddPending(
            context.Peer.Node,
            block,
            bytes.Slice(segmentBytes + KeyPool.RootBytes, KeyRefill.ChunkBytes(ready.RefillPads, bytes.Length)));
        return added is SegmentOutcome.Done or SegmentOutcome.AlreadyDone
            && root is SegmentOutcome.Done or SegmentOutcome.AlreadyDone
            && stored is AddOutcome.Stored or AddOutcome.AlreadyHeld
            ? null
            : new Fault(AbortReason.StateLost, $"the key was not stored (segment {added}, root {root}, key {stored})");
    }

    private void FinishStored(BlockPlan plan, BlockReport report, bool confirmed)
    {
        if (confirmed)
        {
            context.Pool.MarkPeerHolds(plan.Id);
            channel.MarkPeerHoldsRoot(plan.Id);
            backoff.RecordSuccess();
        }
        else
        {
            context.Pool.Retire(plan.Id);
            report = report with { SecretBits = 0, AbortReason = AbortReason.PeerAborted, Detail = "the peer did not store its key" };
        }

        context.Store.Finish(plan.Id, report);
        context.Log.LogInformation(
            "block {Block} with {Peer}: {SecretBits} secret bits of {Sifted} sifted, QBER {Qber:P2}, phase error below {Phase:P2}, leak {Leak}",
            report.BlockId,
            report.Peer,
            report.SecretBits,
            report.Sifted,
            report.QberZ,
            report.PhaseErrorUpper,
            report.LeakEc);
        Close(report, string.Empty);
    }

    /// <param name="fault">What goes into the report.</param>
    /// <param name="notify">Whether the peer is told.</param>
    /// <param name="verdict">The reason that counts, if the peer gave the block up for it; null = that of the fault.</param>
    private void Abort(Fault fault, bool notify, AbortReason? verdict = null)
    {
        if (accumulation is not { } open)
        {
            return;
        }

        // First, since it may fail and be repeated.
        BlockReport report = Report(fault, 0);
        context.Store.Finish(open.Plan.Id, report);
        context.Log.LogWarning(
            "block {Block} with {Peer} given up: {Reason}: {Detail}", open.Plan.Id, context.Peer.Node, fault.Reason, fault.Detail);
        if (distillation is not null && (int)(verdict ?? fault.Reason) >= (int)AbortReason.VerificationFailed)
        {
            // Pads were spent and the block's own data are not to blame: whoever forces such aborts drains the pool, so the next
            // attempt waits, twice as long each time (PROTOCOL 6.2).
            backoff.RecordAbort();
            context.Pool.ForgetBadTags();
        }

        if (notify)
        {
            TrySend(new KmeMessage
            {
                Abort = new AbortNotice { Block = Bytes(open.Plan.Id), Reason = (int)fault.Reason, Detail = fault.Detail },
            });
        }

        if (storedPlan is not null)
        {
            context.Keys.Discard(context.Peer.Node, open.Plan.Id);
            context.Pool.Retire(open.Plan.Id);
        }

        Close(report, fault.Reason.ToString());
    }

    private void OnStageLimit(BlockDistillation running)
    {
        if (running.Phase < DistillationPhase.Storing)
        {
            AbortReason reason = running.Remark.Length > 0 ? AbortReason.AuthenticationFailed : AbortReason.TimedOut;
            Abort(new Fault(reason, $"no progress in phase {running.Phase} for {StageLimit.TotalSeconds:F0} s {running.Remark}".TrimEnd()), notify: true);
            return;
        }

        stageStarted = context.Time.GetTimestamp();
        context.WantSync();
    }

    private void Close(BlockReport report, string reason)
    {
        BlockPlan plan = accumulation!.Plan;
        ended = (ended.Blocks + 1, ended.Epsilon + report.Epsilon);
        distillation?.Dispose();
        accumulation.Destroy();
        Send(new NodeMessage { EndBlock = new EndBlock { Block = Bytes(plan.Id), Reason = reason } });
        distillation = null;
        accumulation = null;
        closed = null;
        earlyCheckpoint = null;
        storedPlan = null;
        storedReport = null;
        peerHolds = null;
        givenUp = null;
        storing.RecordSuccess();
        plans.Wait(afterAbort: reason.Length > 0);
    }

    private BlockReport Report(Fault fault, long secretBits)
    {
        BlockPlan plan = accumulation!.Plan;
        int sifted = distillation?.SiftedBits ?? 0;
        double qber = sifted > 0 ? (double)distillation!.Errors / sifted : 0;
        double shannon = qber > 0 ? sifted * (-(qber * Math.Log2(qber)) - ((1 - qber) * Math.Log2(1 - qber))) : 0;
        long slots = closed?.Slots ?? accumulation.Emitted;
        return new BlockReport(
            plan.Id.ToString(),
            context.Peer.Node,
            isReference,
            closed?.Own.Events ?? accumulation.Announced,
            sifted,
            qber,
            distillation?.PhaseErrorUpper ?? 0,
            distillation?.LeakEc ?? 0,
            shannon > 0 ? distillation!.LeakEc / shannon : 0,
            secretBits,
            slots,
            slots * plan.Timing.SlotPeriodPs * 1e-12,
            ComposableSecurity.Of(new SecurityParameters(plan.Security.Epsilon, plan.Security.EpsilonCorrectness)).Total,
            fault.Reason,
            fault.Detail);
    }
}
