using MdiQkd.Acquisition;

namespace MdiQkd.Measurement;

/// <summary>
/// Turns the tags of one session into Bell-state measurement events. |ψ⁻⟩ is exactly one click in each detector, in opposite
/// bins of the same slot, the two other windows empty; |ψ⁺⟩ exactly two clicks of one detector, one in each bin. Slot k lies at
/// [start + k·period, start + (k+1)·period); a window holds its first picosecond and not its end.
/// </summary>
/// <remarks>
/// Design: blocks are fed in order, from before the start of the session. A slot is judged once the watermark is past its end, so that its
/// judgement is final. A block that reports lost tags voids every slot that its stretch of time touches. Integer arithmetic only: a slot
/// index never depends on rounding. Most tags go in chunks (<see cref="ChunkClassifier"/>), and are never sorted by their corrected
/// times; tags at the borders of blocks, sessions and losses go one by one through a <see cref="DelayMerger"/>, as do all on a
/// machine without AVX2. Trade-offs: tags outside the windows are counted but do not spoil a slot, since the windows are what the
/// detectors accept.
/// </remarks>
public sealed class BsmClassifier
{
    // So few tags go one by one.
    private const int ChunkTagsMin = 64;

    // Tags of a block that join those that wait from the block before, which are within 2 µs of its end.
    private const int JoinTags = 256;
    private const int WaitingTagsMax = SlotMaps.TagsMax - JoinTags;

    private readonly SlotJudge judge;
    private readonly ChunkClassifier? chunks;
    private readonly DelayMerger? merger;
    private readonly TimeTagBlock piece = new(1024);
    private readonly TimeTagBlock sorted = new(1024);
    private readonly uint[] offsetsPs = new uint[SlotMaps.TagsMax];
    private readonly byte[] channels = new byte[SlotMaps.TagsMax];
    private readonly long slots;

    /// <summary>Begins a session.</summary>
    /// <param name="settings">Valid settings.</param>
    /// <param name="startPs">Time at which slot 0 begins at the hub, once delays are subtracted.</param>
    /// <param name="slots">Slots of the session.</param>
    /// <param name="delays">Delays to subtract; null if that is done, and the tags ascend by their corrected times.</param>
    /// <exception cref="ArgumentException">The settings have a fault, or the session does not fit tagger time.</exception>
    public BsmClassifier(BsmSettings settings, long startPs, long slots, ChannelDelays? delays = null)
        : this(settings, startPs, slots, delays, SlotMaps.IsSupported)
    {
    }

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal BsmClassifier(BsmSettings settings, long startPs, long slots, ChannelDelays? delays, bool accelerated)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(startPs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        if (slots > (TagFrame.TimePsMax - startPs) / settings.Timing.SlotPeriodPs)
        {
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "The session ends after the last tagger time.");
        }

        this.slots = slots;
        SlotGrid grid = new(settings);
        judge = new SlotJudge(settings, grid, startPs, slots);
        merger = delays is null ? null : new DelayMerger(settings.ChannelC, settings.ChannelD, delays);
        chunks = accelerated ? new ChunkClassifier(settings, grid, judge, delays ?? ChannelDelays.None, startPs, slots) : null;
    }

    /// <summary>What became of the tags and slots so far.</summary>
    public MeasurementCounters Counters => judge.Counters;

    /// <summary>Tags that went back in time, dropped and lost, if delays are subtracted here.</summary>
    public long DisorderedTags => merger?.DisorderedTags ?? 0;

    /// <summary>Slots from 0 that are judged or void for good: no later event has a slot below this.</summary>
    public long SettledSlots => judge.SettledSlots;

    /// <summary>Whether every slot of the session is judged or void.</summary>
    public bool Finished => judge.SettledSlots == slots;

    /// <summary>Feeds the next block.</summary>
    /// <param name="block">Follows the block fed before without a gap; tags out of order may be removed from it.</param>
    /// <param name="output">Events are appended in strictly ascending slots.</param>
    public void Classify(TimeTagBlock block, BsmEventBuffer output)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(output);
        if (merger is null)
        {
            AddSorted(block, output);
            return;
        }

        int done = ClassifyDelayed(block, output);
        AddPiece(block, done, block.Count, output);
    }

    /// <summary>Classifies tags that have their delays, in chunks as far as possible; yields how many.</summary>
    private int ClassifyDelayed(TimeTagBlock block, BsmEventBuffer output)
    {
        int next = 0;
        while (chunks is not null && block.Count - next >= ChunkTagsMin && merger!.CanPass(block, next))
        {
            int waiting = merger.WaitingTags;
            bool ascends = waiting <= WaitingTagsMax;
            TagChunk chunk = waiting == 0 ? TagChunk.Of(block, next, offsetsPs, out ascends)
                : ascends ? Join(block, next) : default;
            int done = 0;
            ChunkClassifier.Outcome outcome = ascends
                ? chunks.Classify(chunk, corrected: false, Math.Max(1, waiting), output, out done)
                : ChunkClassifier.Outcome.Disordered;
            if (outcome == ChunkClassifier.Outcome.Classified)
            {
                next += done - waiting;
                merger.Pass(block, next);
            }
            else
            {
                int count = outcome == ChunkClassifier.Outcome.Early ? ChunkTagsMin : SlotMaps.TagsMax;
                next = AddPiece(block, next, Math.Min(next + count, block.Count), output);
            }
        }

        return next;
    }

    /// <summary>The tags that wait, with their delays again, and the next ones of a block.</summary>
    private TagChunk Join(TimeTagBlock block, int next)
    {
        int waiting = merger!.WaitingTags;
        int count = Math.Min(block.Count - next, JoinTags);
        long originPs = block.TimePs(next) - (2 * ChannelDelays.DelayPsMax);
        long firstPs = block.TimePs(next);
        for (int i = 0; i < waiting; i++)
        {
            (long timePs, channels[i]) = merger.Waiting(i);
            firstPs = Math.Min(firstPs, timePs);
            offsetsPs[i] = (uint)(timePs - originPs);
        }

        for (int i = 0; i < count; i++)
        {
            offsetsPs[waiting + i] = (uint)(block.TimePs(next + i) - originPs);
        }

        block.Channels.AsSpan(next, count).CopyTo(channels.AsSpan(waiting));
        return new TagChunk(offsetsPs.AsSpan(0, waiting + count), channels.AsSpan(0, waiting + count), originPs, firstPs);
    }

    /// <summary>Subtracts the delays of some tags of a block, sorts them and adds them; yields the first tag behind them.</summary>
    private int AddPiece(TimeTagBlock block, int from, int to, BsmEventBuffer output)
    {
        // Equal times stay together.
        while (to > from && to < block.Count && block.TimePs(to) == block.TimePs(to - 1))
        {
            to++;
        }

        TimeTagBlock source = block;
        if (from > 0 || to < block.Count)
        {
            source = piece;
            piece.Clear();
            for (int i = from; i < to; i++)
            {
                piece.Add(block.TimePs(i), block.Channels[i]);
            }

            piece.WatermarkPs = to == block.Count ? block.WatermarkPs : Math.Max(block.TimePs(to) - 1, block.TimePs(to - 1));
        }

        merger!.Merge(source, sorted);
        AddSorted(sorted, output);
        return to;
    }

    /// <summary>Adds tags that ascend by their corrected times.</summary>
    private void AddSorted(TimeTagBlock block, BsmEventBuffer output)
    {
        Counters.LostTags += block.LostTags;
        if (block.LostTags > 0)
        {
            judge.Void(block.WatermarkPs);
        }

        int next = 0;
        while (next < block.Count)
        {
            int alone = block.Count - next;
            if (chunks is not null && alone >= ChunkTagsMin)
            {
                TagChunk chunk = TagChunk.Of(block, next, offsetsPs, out bool ascends);
                int done = 0;
                ChunkClassifier.Outcome outcome = ascends
                    ? chunks.Classify(chunk, corrected: true, 1, output, out done)
                    : ChunkClassifier.Outcome.Disordered;
                next += done;
                alone = outcome switch
                {
                    ChunkClassifier.Outcome.Classified => 0,
                    ChunkClassifier.Outcome.Early => SlotMaps.GroupTags,
                    _ => chunk.Channels.Length,
                };
            }

            for (int end = next + alone; next < end; next++)
            {
                judge.Add(block.TimePs(next), block.Channels[next], output);
            }
        }

        judge.Settle(block.WatermarkPs, output);
    }
}
