using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement;

/// <summary>
/// Subtracts the delay of each detector's channel from its tags and merges the channels anew in ascending order. Other channels have no
/// delay.
/// </summary>
/// <remarks>
/// Design: the channels of a block interleave almost as before, so that few tags must move, each past the few that lie within the
/// difference of the delays. The watermark falls behind by the largest delay, since a tag of that channel may still come; tags
/// beyond it wait for the next block. A loss may concern any channel and so reaches into the next block, which is void too.
/// </remarks>
public sealed class DelayMerger
{
    private const int StrideTags = 16;

    private readonly byte channelC;
    private readonly byte channelD;
    private readonly ChannelDelays delays;
    private readonly long earliestPs;
    private readonly long latestPs;
    private readonly TimeTagBlock waiting = new(1024);
    private long inputPs = -1;
    private bool spilled;

    /// <summary>Makes a merger.</summary>
    /// <param name="channelC">Tagger channel of detector c.</param>
    /// <param name="channelD">Tagger channel of detector d, another one.</param>
    /// <param name="delays">Valid delays.</param>
    /// <exception cref="ArgumentException">The delays have a fault.</exception>
    public DelayMerger(byte channelC, byte channelD, ChannelDelays delays)
    {
        ArgumentNullException.ThrowIfNull(delays);
        if (delays.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(delays));
        }

        this.channelC = channelC;
        this.channelD = channelD;
        this.delays = delays;
        earliestPs = Math.Min(0, Math.Min(delays.CPs, delays.DPs));
        latestPs = Math.Max(0, Math.Max(delays.CPs, delays.DPs));
    }

    /// <summary>Tags that went back in time, or beyond the watermark of their block; dropped, and lost downstream.</summary>
    public long DisorderedTags { get; private set; }

    /// <summary>Tags beyond the watermark of the output so far.</summary>
    internal int WaitingTags => waiting.Count;

    /// <summary>Whether the tags of a block from one on need nothing of what is done here but the subtraction, as far as its ends show.</summary>
    internal bool CanPass(TimeTagBlock block, int from) => block.LostTags == 0 && !spilled
        && block.TimePs(from) > inputPs && block.TimePs(block.Count - 1) <= block.WatermarkPs;

    /// <summary>A tag that waits, with its delay again.</summary>
    internal (long TimePs, byte Channel) Waiting(int index)
    {
        byte channel = waiting.Channels[index];
        return (waiting.TimesPs[index] + DelayPs(channel), channel);
    }

    /// <summary>Passes over the tags of a block before one; those that wait went with them.</summary>
    internal void Pass(TimeTagBlock block, int until)
    {
        waiting.Clear();
        inputPs = block.TimePs(until) - 1;
    }

    /// <summary>Corrects the next block.</summary>
    /// <param name="input">Follows the block before without a gap; tags out of order are removed from it.</param>
    /// <param name="output">Another block, overwritten: tags up to the watermark of the input minus the largest delay.</param>
    public void Merge(TimeTagBlock input, TimeTagBlock output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (!IsInOrder(input))
        {
            DropDisordered(input);
        }

        int held = waiting.Count;
        int count = held + input.Count;
        output.Clear();
        output.EnsureCapacity(count);
        waiting.TimesPs.AsSpan(0, held).CopyTo(output.TimesPs);
        waiting.Channels.AsSpan(0, held).CopyTo(output.Channels);
        input.Channels.AsSpan(0, input.Count).CopyTo(output.Channels.AsSpan(held));
        Subtract(input.TimesPs.AsSpan(0, input.Count), input.Channels, output.TimesPs.AsSpan(held));
        if (latestPs > earliestPs)
        {
            Sort(output.TimesPs.AsSpan(0, count), output.Channels.AsSpan(0, count));
        }

        output.WatermarkPs = input.WatermarkPs - latestPs;
        int ready = count;
        while (ready > 0 && output.TimesPs[ready - 1] > output.WatermarkPs)
        {
            ready--;
        }

        int left = count - ready;
        waiting.EnsureCapacity(left);
        output.TimesPs.AsSpan(ready, left).CopyTo(waiting.TimesPs);
        output.Channels.AsSpan(ready, left).CopyTo(waiting.Channels);
        waiting.Count = left;
        output.Count = ready;

        // The stretch before was lossy, and a lost tag of the fastest channel may lie beyond its watermark: this one is void as well.
        output.LostTags = spilled ? Math.Max(1, input.LostTags) : input.LostTags;
        spilled = input.LostTags > 0 && latestPs > earliestPs;
        inputPs = Math.Max(inputPs, input.WatermarkPs);
    }

    // A source delivers ascending times beyond the watermark of the block before. What breaks that has no certain time.
    private bool IsInOrder(TimeTagBlock input)
    {
        ReadOnlySpan<long> timesPs = input.TimesPs.AsSpan(0, input.Count);
        if (timesPs.IsEmpty)
        {
            return true;
        }

        bool ascending = timesPs[0] > inputPs && timesPs[^1] <= input.WatermarkPs;
        for (int i = SkipAscending(timesPs, 1); i < timesPs.Length; i++)
        {
            ascending &= timesPs[i] >= timesPs[i - 1];
        }

        return ascending;
    }

    private void DropDisordered(TimeTagBlock input)
    {
        long latest = inputPs + 1;
        int kept = 0;
        for (int i = 0; i < input.Count; i++)
        {
            long timePs = input.TimesPs[i];
            if (timePs >= latest && timePs <= input.WatermarkPs)
            {
                latest = timePs;
                input.TimesPs[kept] = timePs;
                input.Channels[kept++] = input.Channels[i];
            }
        }

        DisorderedTags += input.Count - kept;
        input.LostTags += input.Count - kept;
        input.Count = kept;
    }

    private void Subtract(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, Span<long> corrected)
    {
        int done = Avx2.IsSupported ? SubtractVectors(timesPs, channels, corrected) : 0;
        for (int i = done; i < timesPs.Length; i++)
        {
            corrected[i] = timesPs[i] - DelayPs(channels[i]);
        }
    }

    private long DelayPs(byte channel) => channel == channelC ? delays.CPs : channel == channelD ? delays.DPs : 0;

    private int SubtractVectors(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, Span<long> corrected)
    {
        int count = timesPs.Length & ~3;
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref long result = ref MemoryMarshal.GetReference(corrected);
        Vector256<long> c = Vector256.Create((long)channelC);
        Vector256<long> d = Vector256.Create((long)channelD);
        Vector256<long> delayC = Vector256.Create(delays.CPs);
        Vector256<long> delayD = Vector256.Create(delays.DPs);
        for (nuint i = 0; i < (nuint)count; i += 4)
        {
            Vector256<long> wide = Avx2.ConvertToVector256Int64(
                Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref channel, i))).AsByte());
            Vector256<long> delay = (Vector256.Equals(wide, c) & delayC) | (Vector256.Equals(wide, d) & delayD);
            (Vector256.LoadUnsafe(ref time, i) - delay).StoreUnsafe(ref result, i);
        }

        return count;
    }

    /// <summary>Passes over whole strides of tags none of which is earlier than the one before it.</summary>
    /// <param name="timesPs">Times.</param>
    /// <param name="from">First tag to look at, from 1 on.</param>
    /// <returns>First tag of a stride that is not in order, or too short.</returns>
    private static int SkipAscending(ReadOnlySpan<long> timesPs, int from)
    {
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        for (; Vector256.IsHardwareAccelerated && from + StrideTags <= timesPs.Length; from += StrideTags)
        {
            Vector256<long> descents = Descents(ref time, from) | Descents(ref time, from + 4)
                | Descents(ref time, from + 8) | Descents(ref time, from + 12);
            if (descents != Vector256<long>.Zero)
            {
                break;
            }
        }

        return from;
    }

    private static Vector256<long> Descents(ref long time, int at) =>
        Vector256.GreaterThan(Vector256.LoadUnsafe(ref time, (nuint)at - 1), Vector256.LoadUnsafe(ref time, (nuint)at));

    private static void Sort(Span<long> timesPs, Span<byte> channels)
    {
        for (int i = 1; i < timesPs.Length; i++)
        {
            if ((i & (StrideTags - 1)) == 1)
            {
                i = SkipAscending(timesPs, i);
            }

            if (i >= timesPs.Length || timesPs[i] >= timesPs[i - 1])
            {
                continue;
            }

            long time = timesPs[i];
            byte channel = channels[i];
            int j = i;
            for (; j > 0 && timesPs[j - 1] > time; j--)
            {
                timesPs[j] = timesPs[j - 1];
                channels[j] = channels[j - 1];
            }

            timesPs[j] = time;
            channels[j] = channel;
        }
    }
}
