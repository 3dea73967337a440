using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement;

/// <summary>The next tags of a block as 32-bit offsets, at most <see cref="SlotMaps.TagsMax"/>, whose last one is the largest.</summary>
/// <param name="offsetsPs">Times, ps.</param>
/// <param name="channels">Channels, as many.</param>
/// <param name="originPs">Time from which they count.</param>
/// <param name="firstPs">Time before which there is none.</param>
internal readonly ref struct TagChunk(ReadOnlySpan<uint> offsetsPs, ReadOnlySpan<byte> channels, long originPs, long firstPs)
{
    // Beside the offsets there must be room for the delays, both ways, and for the slot in which the first tag lies.
    private const long SpanPsMax = SlotGrid.OffsetPsMax - (1 << 22);

    public ReadOnlySpan<uint> OffsetsPs { get; } = offsetsPs;

    public ReadOnlySpan<byte> Channels { get; } = channels;

    public long OriginPs { get; } = originPs;

    public long FirstPs { get; } = firstPs;

    /// <summary>The next tags of a block: a view of its offsets if it holds such, else a copy.</summary>
    /// <param name="block">At least eight tags.</param>
    /// <param name="from">First tag.</param>
    /// <param name="buffer">[<see cref="SlotMaps.TagsMax"/>] for the copy.</param>
    /// <param name="ascends">Whether times ascend.</param>
    public static TagChunk Of(TimeTagBlock block, int from, Span<uint> buffer, out bool ascends)
    {
        int count = Math.Min(block.Count - from, SlotMaps.TagsMax);
        long firstPs = block.TimePs(from);
        while (count > SlotMaps.GroupTags && block.TimePs(from + count - 1) - firstPs > SpanPsMax)
        {
            count = Math.Max(SlotMaps.GroupTags, count / 2);
        }

        ReadOnlySpan<byte> channels = block.Channels.AsSpan(from, count);
        if (block.TryGetOffsets(out long originPs, out ReadOnlySpan<uint> offsets))
        {
            ascends = true;
            return new TagChunk(offsets.Slice(from, count), channels, originPs, firstPs);
        }

        ascends = Narrow(block.TimesPs.AsSpan(from, count), buffer);
        return new TagChunk(buffer[..count], channels, firstPs, firstPs);
    }

    // Offsets from the first time, modulo 2^32; whether they are what they seem, and ascend.
    private static bool Narrow(ReadOnlySpan<long> timesPs, Span<uint> offsetsPs)
    {
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        ref uint offset = ref MemoryMarshal.GetReference(offsetsPs[..timesPs.Length]);
        Vector256<long> origin = Vector256.Create(time);
        Vector256<int> before = default;
        Vector256<long> reach = default;
        Vector256<int> descents = default;
        int i = 0;
        for (; i + 8 <= timesPs.Length; i += 8)
        {
            Vector256<long> low = Vector256.LoadUnsafe(ref time, (nuint)i) - origin;
            Vector256<long> high = Vector256.LoadUnsafe(ref time, (nuint)i + 4) - origin;
            reach |= low | high;

            // Low halves of eight 64-bit numbers, in order.
            Vector256<int> these = Avx2.Permute4x64(
                Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b10_00_10_00).AsInt64(), 0b11_01_10_00).AsInt32();
            descents |= Avx2.CompareGreaterThan(Avx2.AlignRight(these, Avx2.Permute2x128(before, these, 0x21), 12), these);
            these.AsUInt32().StoreUnsafe(ref offset, (nuint)i);
            before = these;
        }

        bool sound = (reach & Vector256.Create(~(long)int.MaxValue)) == Vector256<long>.Zero && descents == Vector256<int>.Zero;
        for (; i < timesPs.Length; i++)
        {
            offsetsPs[i] = (uint)(timesPs[i] - timesPs[0]);
            sound &= i == 0 || timesPs[i] >= timesPs[i - 1];
        }

        return sound;
    }
}
