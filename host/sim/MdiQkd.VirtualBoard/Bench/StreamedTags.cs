using MdiQkd.Acquisition;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// Detectors behind the front end of a virtual board: the pulses of a simulated world, which go on as fast as the board carries them.
/// Without a capture, and while the FIFO is half full or more, the world waits: its time is not ours.
/// </summary>
/// <param name="board">A board with a front end.</param>
public sealed class StreamedTags(SimulatedBoard board)
{
    // Under the gate for about 50 us at a time: the firmware has the same chip to read.
    private const int TagsPerTurn = 4096;

    // Between two looks at the FIFO. A tag is two items at most, a tag and a pause: 16 of them fill two of the shortest blocks.
    private const int TagsPerLook = 16;
    private const int WaitMs = 1;

    // What is in the open block goes out if the world's time stands still for as long as a block waits for more.
    private static readonly TimeSpan StandStill = TimeSpan.FromMilliseconds(20);

    private long tags;

    /// <summary>Tags delivered to the front end.</summary>
    public long Tags => Interlocked.Read(ref tags);

    /// <summary>Whether pulses come also when the FIFO is full: the front end then loses tags, and counts them.</summary>
    public bool IsUnstoppable { get; set; }

    /// <summary>Delivers all of a source.</summary>
    /// <exception cref="IOException">The source ended.</exception>
    public async Task RunAsync(ITimeTagSource source, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        TimeTagBlock block = new();
        while (true)
        {
            Task<bool> reading = source.ReadAsync(block, ct).AsTask();
            while (!reading.IsCompleted && await Task.WhenAny(reading, Task.Delay(StandStill, ct)).ConfigureAwait(false) != reading)
            {
                lock (board.Gate)
                {
                    board.FrontEnd.Flush();
                }
            }

            if (!await reading.ConfigureAwait(false))
            {
                throw new IOException($"the simulated world's tags ended ({source.EndReason})");
            }

            await DeliverAsync(block, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Delivers one block.</summary>
    public async Task DeliverAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (int at = 0; ;)
        {
            int taken = TryDeliver(block, at);
            if (taken < 0)
            {
                await board.RoomAsync(WaitMs, ct).ConfigureAwait(false);
                continue;
            }

            at += taken;
            Interlocked.Add(ref tags, taken);
            if (at == block.Count)
            {
                return;
            }
        }
    }

    private bool MayCome() => board.FrontEnd is { IsRunning: true } chip && (IsUnstoppable || 2 * chip.WaitingBlocks < chip.Capacity);

    /// <summary>Delivers some tags, the watermark with the last of them; -1 if the board cannot take any now.</summary>
    private int TryDeliver(TimeTagBlock block, int from)
    {
        lock (board.Gate)
        {
            if (!MayCome())
            {
                return -1;
            }

            FrontEndChip chip = board.FrontEnd;
            int until = Math.Min(block.Count, from + TagsPerTurn);
            int at = from;
            do
            {
                for (int end = Math.Min(until, at + TagsPerLook); at < end; at++)
                {
                    chip.AddTag(block.TimesPs[at], block.Channels[at]);
                }
            }
            while (at < until && MayCome());

            if (at == block.Count)
            {
                // The end tick of a block is still open to tags of the next one (WIRE.md, section 4); the watermark is not.
                chip.AdvanceTo(block.WatermarkPs + 1);
            }

            return at - from;
        }
    }
}
