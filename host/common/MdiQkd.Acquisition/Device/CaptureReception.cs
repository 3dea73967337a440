using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// The host's book of one capture: which block comes next, which never came, how far the board may send (WIRE.md, section 6).
/// Conversation only, but for <see cref="IsGrantDue"/>.
/// </summary>
internal sealed class CaptureReception
{
    // The board sends a waiting block between any two heartbeat replies: three replies without one mean that there is none, or that
    // the link has swallowed several in a row.
    private const int SilentRepliesMax = 3;

    private readonly TagBlockQueue queue;
    private readonly CreditGrant grant = new();
    private uint expected;
    private uint granted;
    private uint missing;
    private int silentReplies;
    private bool isStopping;

    /// <param name="captureId">1 to 65,535.</param>
    /// <param name="queue">Receives the blocks.</param>
    public CaptureReception(int captureId, TagBlockQueue queue)
    {
        CaptureId = captureId;
        this.queue = queue;
        granted = (uint)queue.Capacity;
    }

    /// <summary>Capture.</summary>
    public int CaptureId { get; }

    /// <summary>Credit that the capture begins with.</summary>
    public uint FirstCredit => (uint)queue.Capacity;

    /// <summary>Whether the board may send clearly more than it was told. Any thread: a stale answer is made good by the next heartbeat.</summary>
    public bool IsGrantDue => !queue.IsComplete && (int)(Limit - Volatile.Read(ref granted)) >= queue.Capacity / 4;

    /// <summary>Blocks received.</summary>
    public long BlocksReceived { get; private set; }

    /// <summary>Blocks that never came.</summary>
    public long BlocksLost { get; private set; }

    private uint Limit => Volatile.Read(ref expected) + (uint)queue.Free;

    /// <summary>The credit to tell the board now.</summary>
    public CreditGrant Grant()
    {
        Volatile.Write(ref granted, Limit);
        grant.CaptureId = CaptureId;
        grant.CreditLimit = granted;
        return grant;
    }

    /// <summary>The capture was told to end: a last block is now what is hoped for.</summary>
    public void Stop() => isStopping = true;

    /// <summary>Takes a block.</summary>
    public void Take(TagBlock header, ReadOnlySpan<byte> payload)
    {
        int ahead = (int)(header.Number - expected);
        if (header.CaptureId != CaptureId || ahead < 0 || queue.IsComplete)
        {
            return;
        }

        silentReplies = 0;
        Miss((uint)ahead);
        if (queue.TryAdd(payload, missing))
        {
            BlocksReceived++;
            missing = 0;
        }
        else
        {
            // More than the credit: no buffer, as good as lost.
            Miss(1);
        }

        Volatile.Write(ref expected, header.Number + 1);
        if ((header.Flags & TagLoss.EndOfCapture) != 0)
        {
            queue.Complete(isStopping ? TimeTagError.None : TimeTagError.DeviceFault);
        }
    }

    /// <summary>A block came whose checksum is right and whose header is not: it has no place in time.</summary>
    public void Refuse() => silentReplies = 0;

    /// <summary>Compares with what the board says, to find blocks that were lost without another one behind them.</summary>
    public void Look(DeviceStatus status)
    {
        bool isOver = status.CaptureState is CaptureState.Idle or CaptureState.Faulted;
        uint sent = isOver || (int)(granted - status.NextBlock) > 0 ? status.NextBlock : granted;
        bool isAwaited = (int)(sent - expected) > 0 || isOver;
        silentReplies = isAwaited && !queue.IsComplete ? silentReplies + 1 : 0;
        if (silentReplies < SilentRepliesMax)
        {
            return;
        }

        silentReplies = 0;
        if ((int)(sent - expected) > 0)
        {
            Miss(sent - expected);
            Volatile.Write(ref expected, sent);
        }

        if (isOver)
        {
            queue.Complete(TimeTagError.LinkLost);
        }
    }

    /// <summary>Nothing more can come.</summary>
    public void End(TimeTagError reason) => queue.Complete(reason);

    private void Miss(uint blocks)
    {
        missing += blocks;
        BlocksLost += blocks;
    }
}
