using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Measurement;

/// <summary>
/// One 32-bit key per tag of a chunk: slot within the chunk above bit 4, bit 3 set in a pilot slot (if pilots are frequent), and in bits 2:0 the window
/// (<see cref="ClickMask.Window"/>) or why there is none. Equal slots are equal keys above bit 4, so that the search for
/// coincidences is a comparison of neighbours. Eight tags at a time with AVX2.
/// </summary>
internal static class ClickKeys
{
    /// <summary>Tags of a chunk: keys and columns stay in a first-level cache.</summary>
    public const int ChunkTags = 2048;

    /// <summary>Offsets within a chunk stay below 2^31 ps.</summary>
    public const long ChunkPsMax = int.MaxValue;

    public const int SlotShift = 4;
    public const int PilotBit = 1 << 3;
    public const int CodeMask = 7;
    public const int BackgroundC = 4;
    public const int BackgroundD = 5;
    public const int OtherChannel = 6;

    /// <summary>Behind the last key: a slot that none has, as 2^31 ps hold less than 2^25 slots.</summary>
    public const int End = int.MaxValue;

    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Fills the keys and counts the codes.</summary>
    /// <param name="grid">Slot raster.</param>
    /// <param name="timesPs">Tags of a chunk.</param>
    /// <param name="channels">Their channels.</param>
    /// <param name="basePs">Start of the chunk's slot 0, at or before its first tag.</param>
    /// <param name="pilotPhase">Chunk's slot 0 modulo the pilot period.</param>
    /// <param name="keys">At least as many as tags.</param>
    /// <param name="codes">[8], number of tags with each code; overwritten.</param>
    /// <returns>False if a tag is outside the reach of a chunk, as in input that does not ascend; the output is then void.</returns>
    public static bool TryFill(
        SlotGrid grid, ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, long basePs, int pilotPhase, Span<int> keys,
        Span<long> codes)
    {
        codes.Clear();
        channels = channels[..timesPs.Length];
        keys = keys[..timesPs.Length];
        int done = timesPs.Length & ~7;
        if (!FillVectors(grid, timesPs[..done], channels, basePs, pilotPhase, keys, codes))
        {
            return false;
        }

        for (int i = done; i < timesPs.Length; i++)
        {
            long offsetPs = timesPs[i] - basePs;
            if ((ulong)offsetPs > (ulong)ChunkPsMax)
            {
                return false;
            }

            keys[i] = Key(grid, (int)offsetPs, channels[i], pilotPhase);
            codes[keys[i] & CodeMask]++;
        }

        return true;
    }

    private static int Key(SlotGrid grid, int offsetPs, byte channel, int pilotPhase)
    {
        int slot = SlotGrid.Divide(offsetPs, grid.PeriodFactor, grid.PeriodShift);
        int inSlotPs = offsetPs - (slot * grid.PeriodPs);
        int detector = channel == grid.ChannelC ? 0 : channel == grid.ChannelD ? 1 : -1;
        int bin = (uint)(inSlotPs - grid.EarlyPs) < (uint)grid.WindowPs ? 0
            : (uint)(inSlotPs - grid.LatePs) < (uint)grid.WindowPs ? 1 : -1;
        int code = detector < 0 ? OtherChannel : bin < 0 ? BackgroundC + detector : ClickMask.Window(detector, bin);
        int phase = slot + pilotPhase;
        bool pilot = grid.PilotPeriod > 0 && !grid.MarksPilotsByRange
            && phase - (SlotGrid.Divide(phase, grid.PilotFactor, grid.PilotShift) * grid.PilotPeriod) < grid.PilotLength;
        return (slot << SlotShift) | (pilot ? PilotBit : 0) | code;
    }

    private static bool FillVectors(
        SlotGrid grid, ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, long basePs, int pilotPhase, Span<int> keys,
        Span<long> codes)
    {
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref int key = ref MemoryMarshal.GetReference(keys);
        Vector256<long> origin = Vector256.Create(basePs);
        Vector256<int> period = Vector256.Create(grid.PeriodPs);
        Vector256<uint> periodFactor = Vector256.Create(grid.PeriodFactor);
        Vector128<ulong> periodShift = Vector128.CreateScalar((ulong)grid.PeriodShift);
        Vector256<int> beforeEarly = Vector256.Create(grid.EarlyPs - 1);
        Vector256<int> afterEarly = Vector256.Create(grid.EarlyPs + grid.WindowPs);
        Vector256<int> beforeLate = Vector256.Create(grid.LatePs - 1);
        Vector256<int> afterLate = Vector256.Create(grid.LatePs + grid.WindowPs);
        Vector256<int> channelC = Vector256.Create((int)grid.ChannelC);
        Vector256<int> channelD = Vector256.Create((int)grid.ChannelD);
        bool pilots = grid.PilotPeriod > 0 && !grid.MarksPilotsByRange;
        Vector256<int> pilotPeriod = Vector256.Create(grid.PilotPeriod);
        Vector256<uint> pilotFactor = Vector256.Create(grid.PilotFactor);
        Vector128<ulong> pilotShift = Vector128.CreateScalar((ulong)grid.PilotShift);
        Vector256<int> pilotLength = Vector256.Create(grid.PilotLength);
        Vector256<int> phase0 = Vector256.Create(pilotPhase);
        Vector256<int> clicksC = default;
        Vector256<int> clicksD = default;
        Vector256<int> inside = default;
        Vector256<int> insideD = default;
        Vector256<long> reach = default;

        for (nuint i = 0; i < (nuint)timesPs.Length; i += 8)
        {
            Vector256<long> first = Vector256.LoadUnsafe(ref time, i) - origin;
            Vector256<long> second = Vector256.LoadUnsafe(ref time, i + 4) - origin;
            reach |= first | second;

            // Low halves of eight 64-bit offsets, in order.
            Vector256<int> offsets = Avx2.Permute4x64(
                Avx.Shuffle(first.AsSingle(), second.AsSingle(), 0b10_00_10_00).AsInt64(), 0b11_01_10_00).AsInt32();
            Vector256<int> slots = Divide(offsets, periodFactor, periodShift);
            Vector256<int> inSlot = offsets - Avx2.MultiplyLow(slots, period);
            Vector256<int> late = Avx2.CompareGreaterThan(inSlot, beforeLate) & Avx2.CompareGreaterThan(afterLate, inSlot);
            Vector256<int> window =
                (Avx2.CompareGreaterThan(inSlot, beforeEarly) & Avx2.CompareGreaterThan(afterEarly, inSlot)) | late;

            Vector256<int> wide = Avx2.ConvertToVector256Int32(
                Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref channel, i))).AsByte());
            Vector256<int> isC = Avx2.CompareEqual(wide, channelC);
            Vector256<int> isD = Avx2.CompareEqual(wide, channelD);
            Vector256<int> isClick = (isC | isD) & window;
            clicksC += isC;
            clicksD += isD;
            inside += isClick;
            insideD += isClick & isD;

            // Click: 2·detector + bin. Background: 4 + detector. Other channel: 6.
            Vector256<int> clickCode = (isD & Vector256.Create(2)) | (late & Vector256<int>.One);
            Vector256<int> otherCode = Vector256.Create(OtherChannel) + (isC & Vector256.Create(BackgroundC - OtherChannel))
                + (isD & Vector256.Create(BackgroundD - OtherChannel));
            Vector256<int> keys8 = Avx2.ShiftLeftLogical(slots, SlotShift) | Avx2.BlendVariable(otherCode, clickCode, isClick);
            if (pilots)
            {
                Vector256<int> phase = slots + phase0;
                Vector256<int> inPeriod = phase - Avx2.MultiplyLow(Divide(phase, pilotFactor, pilotShift), pilotPeriod);
                keys8 |= Avx2.CompareGreaterThan(pilotLength, inPeriod) & Vector256.Create(PilotBit);
            }

            keys8.StoreUnsafe(ref key, i);
        }

        // Masks are -1 where true, so the sums are negative counts. Windows c early, c late share their count here; so do those of d.
        int all = timesPs.Length;
        int c = -Vector256.Sum(clicksC);
        int d = -Vector256.Sum(clicksD);
        int in2 = -Vector256.Sum(inside);
        int inD = -Vector256.Sum(insideD);
        codes[ClickMask.Window(0, 0)] = in2 - inD;
        codes[ClickMask.Window(1, 0)] = inD;
        codes[BackgroundC] = c - (in2 - inD);
        codes[BackgroundD] = d - inD;
        codes[OtherChannel] = all - c - d;
        return (reach & Vector256.Create(~ChunkPsMax)) == Vector256<long>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Divide(Vector256<int> x, Vector256<uint> factor, Vector128<ulong> shift)
    {
        Vector256<ulong> even = Avx2.ShiftRightLogical(Avx2.Multiply(x.AsUInt32(), factor), shift);
        Vector256<ulong> odd = Avx2.ShiftRightLogical(
            Avx2.Multiply(Avx2.ShiftRightLogical(x.AsUInt64(), 32).AsUInt32(), factor), shift);
        return (even | Avx2.ShiftLeftLogical(odd, 32)).AsInt32();
    }
}
