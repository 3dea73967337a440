using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Clock;

/// <summary>
/// Tags that wait for the slot clock, in stretches of time: one is open and filled, closed ones wait for a decision, decided ones, in slot
/// time, for being taken.
/// </summary>
internal sealed class HeldTags
{
    private readonly TimeTagBlock held = new();
    private readonly List<HeldStretch> stretches = [];
    private int taken;          // stretches at the front that were taken,
    private int takenTags;      // and their tags
    private int decided;        // stretches at the front that may be taken,
    private int decidedTags;    // and their tags
    private int openFirst;      // first tag of the open stretch
    private long openDiscarded; // tags of it that were discarded
    private long outputPs = -1; // slot time up to which stretches are decided

    /// <summary>Start of the open stretch.</summary>
    public long OpenFromPs { get; private set; }

    /// <summary>Whether the open stretch has no tag.</summary>
    public bool OpenIsEmpty => held.Count == openFirst;

    /// <summary>Whether closed stretches wait for a decision.</summary>
    public bool Waits => decided < stretches.Count;

    /// <summary>Start of the last closed stretch.</summary>
    public long LastFromPs => stretches[^1].FromPs;

    /// <summary>Tags that were not taken.</summary>
    public int Count => held.Count - takenTags;

    /// <summary>Tags without a decision.</summary>
    public int Undecided => held.Count - decidedTags;

    /// <summary>Times of the tags without a decision.</summary>
    public ReadOnlySpan<long> UndecidedTimesPs => held.TimesPs.AsSpan(decidedTags, Undecided);

    /// <summary>Their channels.</summary>
    public ReadOnlySpan<byte> UndecidedChannels => held.Channels.AsSpan(decidedTags, Undecided);

    /// <summary>Adds tags to the open stretch.</summary>
    public void Append(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels)
    {
        held.EnsureCapacity(held.Count + timesPs.Length);
        timesPs.CopyTo(held.TimesPs.AsSpan(held.Count));
        channels.CopyTo(held.Channels.AsSpan(held.Count));
        held.Count += timesPs.Length;
    }

    /// <summary>Counts tags of the open stretch that are not held.</summary>
    public void Discard(long tags) => openDiscarded += tags;

    /// <summary>Ends the open stretch; the next one begins.</summary>
    /// <returns>Its tags.</returns>
    public int Close(long endPs, long lostTags)
    {
        int count = held.Count - openFirst;
        stretches.Add(new HeldStretch(OpenFromPs, endPs, count, lostTags + openDiscarded));
        OpenFromPs = endPs;
        openFirst = held.Count;
        openDiscarded = 0;
        return count;
    }

    /// <summary>Discards the tags without a decision; their stretches stay, with a loss.</summary>
    /// <returns>How many.</returns>
    public long Void()
    {
        long discarded = 0;
        for (int i = decided; i < stretches.Count; i++)
        {
            HeldStretch stretch = stretches[i];
            discarded += stretch.Count;
            stretches[i] = stretch with { Count = 0, LostTags = stretch.LostTags + stretch.Count };
        }

        openDiscarded += held.Count - openFirst;
        discarded += held.Count - openFirst;
        held.Count = openFirst = decidedTags;
        return discarded;
    }

    /// <summary>Decides about all closed stretches: they are mapped to slot time (<see cref="SlotTimeMap"/>), in which none goes back.</summary>
    public void Release(long originPs, long slope, long originSlotPs, bool accelerated)
    {
        Span<long> timesPs = held.TimesPs.AsSpan(decidedTags, openFirst - decidedTags);
        SlotTimeMap.Map(timesPs, originPs, slope, originSlotPs, accelerated);
        for (int i = 0; i < timesPs.Length && timesPs[i] <= outputPs; i++)
        {
            timesPs[i] = outputPs + 1;
        }

        for (; decided < stretches.Count; decided++)
        {
            HeldStretch stretch = stretches[decided];
            outputPs = Math.Max(outputPs, SlotTimeMap.MapOne(stretch.EndPs, originPs, slope, originSlotPs) - 1);
            stretches[decided] = stretch with { EndPs = outputPs + 1 };
        }

        decidedTags = openFirst;
    }

    /// <summary>Takes the next decided stretches.</summary>
    /// <param name="output">Overwritten.</param>
    /// <returns>False if there is none; the block is then void.</returns>
    public bool TryTake(TimeTagBlock output)
    {
        output.Clear();
        int first = taken;
        while (taken < decided)
        {
            // A stretch with a loss stands alone, so that it makes no other slots void.
            HeldStretch next = stretches[taken];
            if (taken > first && (next.LostTags > 0 || output.LostTags > 0 || output.Count + next.Count > TagFrame.TagsMax))
            {
                break;
            }

            output.EnsureCapacity(output.Count + next.Count);
            held.TimesPs.AsSpan(takenTags, next.Count).CopyTo(output.TimesPs.AsSpan(output.Count));
            held.Channels.AsSpan(takenTags, next.Count).CopyTo(output.Channels.AsSpan(output.Count));
            output.Count += next.Count;
            output.LostTags = next.LostTags;
            output.WatermarkPs = next.EndPs - 1;
            takenTags += next.Count;
            taken++;
        }

        return taken > first;
    }

    /// <summary>Frees the room of what was taken.</summary>
    public void DropTaken()
    {
        if (taken == 0)
        {
            return;
        }

        held.TimesPs.AsSpan(takenTags, held.Count - takenTags).CopyTo(held.TimesPs);
        held.Channels.AsSpan(takenTags, held.Count - takenTags).CopyTo(held.Channels);
        held.Count -= takenTags;
        openFirst -= takenTags;
        decidedTags -= takenTags;
        stretches.RemoveRange(0, taken);
        decided -= taken;
        takenTags = taken = 0;
    }
}
