using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Measurement;

/// <summary>Classifies a chunk of tags at once, by vectors and by words of 64 tags; what it cannot, it leaves to be done one by one.</summary>
/// <remarks>
/// Tags may still have their delays, and so need not ascend in time: as the rules look at slots only, it is enough that slots ascend once
/// the delays are subtracted, which few pairs of tags ever break.
/// </remarks>
internal sealed class ChunkClassifier
{
    private readonly BsmSettings settings;
    private readonly SlotGrid grid;
    private readonly SlotJudge judge;
    private readonly ChannelDelays delays;
    private readonly long startPs;
    private readonly long endPs;
    private readonly SlotMaps maps = new();

    public ChunkClassifier(BsmSettings settings, SlotGrid grid, SlotJudge judge, ChannelDelays delays, long startPs, long slots)
    {
        this.settings = settings;
        this.grid = grid;
        this.judge = judge;
        this.delays = delays;
        this.startPs = startPs;
        endPs = startPs + (slots * grid.PeriodPs);
    }

    /// <summary>What a chunk is fit for.</summary>
    public enum Outcome
    {
        /// <summary>Done.</summary>
        Classified,

        /// <summary>It touches the borders of the session, or the open slot: its first tags must be added one by one.</summary>
        Early,

        /// <summary>Slots descend: its tags must be sorted.</summary>
        Disordered,
    }

    /// <summary>Classifies the tags at the start of a chunk that lie in slots which no later tag can reach.</summary>
    /// <param name="chunk">At least 8 tags; the last up to seven are not looked at.</param>
    /// <param name="corrected">Whether delays are subtracted already.</param>
    /// <param name="doneMin">Fewest tags that are worth to be done, at least 1.</param>
    /// <param name="output">Events are appended.</param>
    /// <param name="done">Tags done; 0 unless classified.</param>
    public Outcome Classify(TagChunk chunk, bool corrected, int doneMin, BsmEventBuffer output, out int done)
    {
        done = 0;
        (long delayC, long delayD) = corrected ? (0, 0) : (delays.CPs, delays.DPs);
        ReadOnlySpan<uint> offsetsPs = chunk.OffsetsPs[..(chunk.OffsetsPs.Length & -SlotMaps.GroupTags)];
        long reachedPs = chunk.OriginPs + offsetsPs[^1];
        long firstPs = chunk.FirstPs - Math.Max(delayC, delayD);
        long lastPs = reachedPs - Math.Min(delayC, delayD);
        if (firstPs < startPs || lastPs >= endPs)
        {
            return Outcome.Early;
        }

        long firstSlot = judge.Period.Divide(firstPs - startPs, out long inSlotPs);
        long basePs = firstPs - inSlotPs;
        if (lastPs - basePs >= SlotGrid.OffsetPsMax)
        {
            return Outcome.Early;
        }

        if (!maps.TryFill(grid, offsetsPs, chunk.Channels, (uint)(chunk.OriginPs - basePs - delayD), (int)(delayC - delayD)))
        {
            return Outcome.Disordered;
        }

        // A later tag is at or after the last of these, and less its delay at or after this slot.
        int incompleteSlot = (int)judge.Period.Divide(reachedPs - Math.Max(delayC, delayD) - basePs, out _);
        int[] slots = maps.Slots;
        int count = offsetsPs.Length;
        while (count > 0 && slots[count - 1] >= incompleteSlot)
        {
            count--;
        }

        if (count < doneMin || firstSlot + slots[0] < Math.Max(judge.OpenSlot + 1, judge.SettledSlots))
        {
            return Outcome.Early;
        }

        done = count;
        judge.Close(output);
        PassOverPilots(firstSlot, count);
        maps.Compare(count);
        int words = (count + 63) >> 6;
        JudgeGroups(words);
        AddEvents(firstSlot, words, output);
        AddCounts(count, words);
        return Outcome.Classified;
    }

    /// <summary>Takes pilots out of what is judged: their tags count as if they were alone.</summary>
    private void PassOverPilots(long firstSlot, int count)
    {
        if (settings.Pilots is not { Length: > 0 } pilots)
        {
            return;
        }

        int i = 0;
        while (i < count)
        {
            int slot = maps.Slots[i];
            int inPeriod = (int)((firstSlot + slot) % pilots.Period);
            bool pilot = inPeriod < pilots.Length;
            int end = FirstFrom(i, count, slot - inPeriod + (pilot ? pilots.Length : pilots.Period));
            if (pilot)
            {
                maps.Separate(i, end);
            }

            i = end;
        }
    }

    /// <summary>First tag from one on in a slot or a later one: by steps that double, then by halves.</summary>
    private int FirstFrom(int from, int count, long slot)
    {
        if (maps.Slots[count - 1] < slot)
        {
            return count;
        }

        int low = from;
        int step = 1;
        while (low + step < count && maps.Slots[low + step] < slot)
        {
            low += step;
            step *= 2;
        }

        int high = Math.Min(count, low + step);
        while (high - low > 1)
        {
            int middle = (low + high) >>> 1;
            (low, high) = maps.Slots[middle] < slot ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>Judges slots of three or more tags by the rules, into the maps of those of two.</summary>
    private void JudgeGroups(int words)
    {
        ReadOnlySpan<ulong> groups = maps.Words(SlotMaps.Map.Group, words);
        for (int word = 0; word < words; word++)
        {
            for (ulong left = groups[word]; left != 0; left &= left - 1)
            {
                int bit = BitOperations.TrailingZeroCount(left);
                SlotMaps.Map? map = JudgeGroup((word << 6) + bit) switch
                {
                    SlotOutcome.PsiMinus => SlotMaps.Map.PsiMinus,
                    SlotOutcome.PsiPlus => SlotMaps.Map.PsiPlus,
                    SlotOutcome.SameBin => SlotMaps.Map.SameBin,
                    SlotOutcome.MultiClick => SlotMaps.Map.MultiClick,
                    _ => null,
                };
                if (map is { } found)
                {
                    maps.Words(found, words)[word] |= 1ul << bit;
                }
            }
        }
    }

    /// <summary>What a slot of three or more tags is, whose second one is given.</summary>
    private SlotOutcome JudgeGroup(int second)
    {
        int mask = 0;
        int clicks = 0;
        int tag = second - 1;
        do
        {
            bool ofD = maps.Has(SlotMaps.Map.ClickD, tag);
            if (ofD || maps.Has(SlotMaps.Map.ClickC, tag))
            {
                mask |= 1 << ClickMask.Window(ofD ? 1 : 0, maps.Has(SlotMaps.Map.Late, tag) ? 1 : 0);
                clicks++;
            }

            tag++;
        }
        while (maps.Has(SlotMaps.Map.Same, tag));

        return ClickMask.Judge(mask, clicks);
    }

    private void AddEvents(long firstSlot, int words, BsmEventBuffer output)
    {
        ref ulong minus = ref MemoryMarshal.GetReference(maps.Words(SlotMaps.Map.PsiMinus, words));
        ref ulong plus = ref MemoryMarshal.GetReference(maps.Words(SlotMaps.Map.PsiPlus, words));
        ref int slot = ref MemoryMarshal.GetArrayDataReference(maps.Slots);
        ulong acceptPlus = settings.AcceptPsiPlus ? ulong.MaxValue : 0;

        // An event takes two tags, so that half the room is left for what is written beyond the last one.
        output.Reserve(64 * words, out Span<long> slots, out Span<byte> outcomes);
        ref long eventSlot = ref MemoryMarshal.GetReference(slots[..(64 * words)]);
        ref byte outcome = ref MemoryMarshal.GetReference(outcomes[..(64 * words)]);
        nint events = 0;
        for (nint word = 0; word < words; word++)
        {
            ulong plusOfWord = Unsafe.Add(ref plus, word);
            ulong left = Unsafe.Add(ref minus, word) | (plusOfWord & acceptPlus);
            ulong outcomesLeft = Bmi2.X64.ParallelBitExtract(plusOfWord, left);
            nint end = events + BitOperations.PopCount(left);
            do
            {
                // Mostly none to four: four are written whatever there is, since a branch for each would often be guessed wrong.
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref outcome, events), (uint)Bmi2.X64.ParallelBitDeposit(outcomesLeft, 0x0101_0101));
                outcomesLeft >>= 4;
                ref long next = ref Unsafe.Add(ref eventSlot, events);
                for (int i = 0; i < 4; i++)
                {
                    Unsafe.Add(ref next, i) = firstSlot + Unsafe.Add(ref slot, BitOperations.TrailingZeroCount(left));
                    left &= left - 1;
                }

                events += 4;
            }
            while (events < end);
            events = end;
            slot = ref Unsafe.Add(ref slot, 64);
        }

        output.Advance((int)events);
    }

    private void AddCounts(int count, int words)
    {
        long tagsC = maps.CountOf(SlotMaps.Map.OfC, words);
        long tagsD = maps.CountOf(SlotMaps.Map.OfD, words);
        long clicksC = maps.CountOf(SlotMaps.Map.ClickC, words);
        long clicksD = maps.CountOf(SlotMaps.Map.ClickD, words);
        MeasurementCounters counters = judge.Counters;
        counters.TagsIn += count;
        counters.OtherChannels += count - tagsC - tagsD;
        counters.SinglesC += clicksC;
        counters.SinglesD += clicksD;
        counters.BackgroundC += tagsC - clicksC;
        counters.BackgroundD += tagsD - clicksD;
        counters.PsiMinus += maps.CountOf(SlotMaps.Map.PsiMinus, words);
        counters.PsiPlus += maps.CountOf(SlotMaps.Map.PsiPlus, words);
        counters.SameBin += maps.CountOf(SlotMaps.Map.SameBin, words);
        counters.MultiClick += maps.CountOf(SlotMaps.Map.MultiClick, words);
    }
}
