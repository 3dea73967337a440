using System.Runtime.CompilerServices;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>The tags of one capture of a board. Neither reading nor decoding allocates.</summary>
public sealed class BoardTagSource : ITimeTagSource
{
    private readonly DeviceSession session;
    private readonly TagBlockQueue queue;
    private readonly CaptureReception reception;
    private readonly TagBlockAssembler assembler;
    private bool hasEnded;

    internal BoardTagSource(DeviceSession session, TagBlockQueue queue, CaptureReception reception, TickScale scale)
    {
        this.session = session;
        this.queue = queue;
        this.reception = reception;
        assembler = new TagBlockAssembler(queue, scale);
    }

    /// <inheritdoc/>
    public TimeTagError EndReason { get; private set; }

    /// <summary>Tags that are known to be lost so far; a lost block counts as one.</summary>
    public long LostTags => assembler.LostTags;

    /// <summary>Everything that the board reported as lost so far.</summary>
    public TagLoss Losses => assembler.Losses;

    /// <summary>Blocks that wait to be read.</summary>
    public int WaitingBlocks => queue.Capacity - queue.Free;

    /// <summary>Ends the capture: what was captured still comes, then <see cref="ReadAsync"/> yields false.</summary>
    /// <exception cref="DeviceException">The board cannot be told.</exception>
    public Task StopAsync(CancellationToken ct) => session.StopCaptureAsync(reception, ct);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        while (true)
        {
            block.Clear();
            if (hasEnded)
            {
                return false;
            }

            bool wasComplete = queue.IsComplete;
            if (assembler.TryFill(block))
            {
                if (reception.IsGrantDue)
                {
                    session.Replenish();
                }

                return true;
            }

            if (wasComplete)
            {
                assembler.End();
                hasEnded = true;
                EndReason = queue.EndReason;
                return false;
            }

            await queue.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the capture, if it has not ended, and takes no more blocks.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!queue.IsComplete && session.IsOpen)
        {
            try
            {
                await StopAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DeviceException or ObjectDisposedException)
            {
                // A board without host ends its capture by itself.
            }
        }

        session.EndCapture(reception);
    }
}
