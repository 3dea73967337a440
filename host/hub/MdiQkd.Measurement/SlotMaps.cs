using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Measurement;

/// <summary>
/// Slots of up to <see cref="TagsMax"/> tags, and what is to know about each tag as bits, tag i in bit i mod 64 of word i / 64: so that
/// coincidences are a few logical operations for 256 tags. Made eight tags at a time with AVX2; all stays in a first-level cache.
/// </summary>
internal sealed class SlotMaps
{
    /// <summary>Tags at most.</summary>
    public const int TagsMax = 4096;

    /// <summary>Tags go in groups of so many.</summary>
    public const int GroupTags = 8;

    // A map has a word of zeros in front and some behind, for neighbours.
    private const int WordsOfMap = 72;
    private const int FirstWord = 1;

    private readonly ulong[] words = new ulong[WordsOfMap * (int)Map.Count];

    /// <summary>Maps by what a bit says of its tag.</summary>
    public enum Map
    {
        /// <summary>In the slot of the tag before.</summary>
        Same,

        /// <summary>In a window, of whatever channel.</summary>
        InWindow,

        /// <summary>In the late window.</summary>
        Late,

        /// <summary>Of detector c.</summary>
        OfC,

        /// <summary>Of detector d.</summary>
        OfD,

        /// <summary>A click of detector c.</summary>
        ClickC,

        /// <summary>A click of detector d.</summary>
        ClickD,

        /// <summary>The second click of two that make |ψ⁻⟩, with no third tag in the slot; likewise the next three.</summary>
        PsiMinus,

        /// <summary>|ψ⁺⟩.</summary>
        PsiPlus,

        /// <summary>Both detectors, one bin.</summary>
        SameBin,

        /// <summary>One window twice.</summary>
        MultiClick,

        /// <summary>The second of three or more tags.</summary>
        Group,

        /// <summary>Number of maps.</summary>
        Count,
    }

    public static bool IsSupported => Avx2.IsSupported && Bmi2.X64.IsSupported;

    /// <summary>Slot of each tag, from the slot that begins at the origin; [<see cref="TagsMax"/>], and one that means nothing.</summary>
    public int[] Slots { get; } = new int[TagsMax + 1];

    /// <summary>Words of a map.</summary>
    public Span<ulong> Words(Map map, int count) => words.AsSpan(((int)map * WordsOfMap) + FirstWord, count);

    /// <summary>Whether a tag has its bit in a map.</summary>
    public bool Has(Map map, int tag) => (words[((int)map * WordsOfMap) + FirstWord + (tag >> 6)] >> tag & 1) != 0;

    /// <summary>Makes the slots and the first five maps of some tags.</summary>
    /// <param name="grid">Slot raster.</param>
    /// <param name="offsetsPs">Times; a multiple of <see cref="GroupTags"/>.</param>
    /// <param name="channels">Channels, at least as many.</param>
    /// <param name="biasPs">
    /// Added to every time, modulo 2^32: makes it count from the start of a slot, from 0 to <see cref="SlotGrid.OffsetPsMax"/>.
    /// </param>
    /// <param name="delayCPs">Subtracted from those of detector c.</param>
    /// <returns>False if slots descend; the maps are then void.</returns>
    public bool TryFill(SlotGrid grid, ReadOnlySpan<uint> offsetsPs, ReadOnlySpan<byte> channels, uint biasPs, int delayCPs)
    {
        channels = channels[..offsetsPs.Length];
        FillChannels(grid, channels);
        return TryFillSlots(grid, offsetsPs, channels, biasPs, delayCPs);
    }

    /// <summary>Makes the tags of slots look as if each were alone, from one on to another.</summary>
    public void Separate(int from, int end)
    {
        Span<ulong> same = Words(Map.Same, WordsOfMap - FirstWord);
        for (; from < end; from = (from | 63) + 1)
        {
            ulong cleared = ulong.MaxValue << (from & 63);
            cleared &= end - (from & ~63) < 64 ? (1ul << (end & 63)) - 1 : ulong.MaxValue;
            same[from >> 6] &= ~cleared;
        }
    }

    /// <summary>Makes the other maps.</summary>
    /// <param name="count">Tags that matter; the next one lies in another slot.</param>
    public void Compare(int count)
    {
        for (Map map = Map.Same; map <= Map.OfD; map++)
        {
            Span<ulong> rest = Words(map, WordsOfMap - FirstWord)[(count >> 6)..];
            rest[0] &= (1ul << (count & 63)) - 1;
            rest.Slice(1, Vector256<ulong>.Count).Clear();
        }

        ref ulong first = ref words[FirstWord];
        for (nint word = 0; word <= count >> 6; word += Vector256<ulong>.Count)
        {
            ref ulong at = ref Unsafe.Add(ref first, word);
            Vector256<ulong> same = Load(ref at, Map.Same);
            Vector256<ulong> late = Load(ref at, Map.Late);
            Vector256<ulong> ofD = Load(ref at, Map.OfD);
            Vector256<ulong> ofC = Load(ref at, Map.OfC);
            Vector256<ulong> inWindow = Load(ref at, Map.InWindow);
            Store(inWindow & ofC, ref at, Map.ClickC);
            Store(inWindow & ofD, ref at, Map.ClickD);

            // The second of some tags in a slot; more follow; it and the one before are clicks.
            Vector256<ulong> second = Vector256.AndNot(same, Before(same, ref at, Map.Same));
            Vector256<ulong> goesOn = (same >>> 1) | (Vector256.LoadUnsafe(ref at, ((int)Map.Same * WordsOfMap) + 1) << 63);
            Vector256<ulong> ofDBefore = Before(ofD, ref at, Map.OfD);
            Vector256<ulong> both = inWindow & (ofC | ofD)
                & Before(inWindow, ref at, Map.InWindow) & (Before(ofC, ref at, Map.OfC) | ofDBefore);
            Vector256<ulong> pair = Vector256.AndNot(second, goesOn) & both;
            Vector256<ulong> otherBin = late ^ Before(late, ref at, Map.Late);
            Vector256<ulong> otherDetector = ofD ^ ofDBefore;
            Vector256<ulong> oneBin = Vector256.AndNot(pair, otherBin);
            Vector256<ulong> twoBins = pair & otherBin;
            Store(second & goesOn, ref at, Map.Group);
            Store(twoBins & otherDetector, ref at, Map.PsiMinus);
            Store(Vector256.AndNot(twoBins, otherDetector), ref at, Map.PsiPlus);
            Store(oneBin & otherDetector, ref at, Map.SameBin);
            Store(Vector256.AndNot(oneBin, otherDetector), ref at, Map.MultiClick);
        }
    }

    /// <summary>Number of tags with their bit in a map: by a table of half bytes, in sums of bytes that 31 vectors do not overflow.</summary>
    public long CountOf(Map map, int words)
    {
        Vector128<byte> bits = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        Vector256<byte> table = Vector256.Create(bits, bits);
        Vector256<byte> low = Vector256.Create((byte)15);
        Vector256<byte> sums = default;
        ref ulong first = ref this.words[FirstWord];
        for (nint word = 0; word < words; word += Vector256<ulong>.Count)
        {
            Vector256<ulong> these = Load(ref Unsafe.Add(ref first, word), map);
            sums += Avx2.Shuffle(table, these.AsByte() & low) + Avx2.Shuffle(table, (these >>> 4).AsByte() & low);
        }

        return Vector256.Sum(Avx2.SumAbsoluteDifferences(sums, Vector256<byte>.Zero).AsInt64());
    }

    private static Vector256<ulong> Load(ref ulong at, Map map) => Vector256.LoadUnsafe(ref at, (nuint)((int)map * WordsOfMap));

    private static void Store(Vector256<ulong> these, ref ulong at, Map map) => these.StoreUnsafe(ref at, (nuint)((int)map * WordsOfMap));

    // Bits of the tags one before.
    private static Vector256<ulong> Before(Vector256<ulong> these, ref ulong at, Map map) =>
        (these << 1) | (Vector256.LoadUnsafe(ref Unsafe.Subtract(ref at, 1), (nuint)((int)map * WordsOfMap)) >>> 63);

    private void FillChannels(SlotGrid grid, ReadOnlySpan<byte> channels)
    {
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref byte ofC = ref Bytes(Map.OfC);
        ref byte ofD = ref Bytes(Map.OfD);
        Vector256<byte> c = Vector256.Create(grid.ChannelC);
        Vector256<byte> d = Vector256.Create(grid.ChannelD);
        nint i = 0;
        for (; i + 32 <= channels.Length; i += 32)
        {
            Vector256<byte> these = Vector256.LoadUnsafe(ref channel, (nuint)i);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref ofC, i >> 3), Vector256.Equals(these, c).ExtractMostSignificantBits());
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref ofD, i >> 3), Vector256.Equals(these, d).ExtractMostSignificantBits());
        }

        for (; i < channels.Length; i += GroupTags)
        {
            Vector64<byte> these = Vector64.LoadUnsafe(ref channel, (nuint)i);
            Unsafe.Add(ref ofC, i >> 3) = (byte)Vector64.Equals(these, c.GetLower().GetLower()).ExtractMostSignificantBits();
            Unsafe.Add(ref ofD, i >> 3) = (byte)Vector64.Equals(these, d.GetLower().GetLower()).ExtractMostSignificantBits();
        }
    }

    private bool TryFillSlots(SlotGrid grid, ReadOnlySpan<uint> offsetsPs, ReadOnlySpan<byte> channels, uint biasPs, int delayCPs)
    {
        ref uint offset = ref MemoryMarshal.GetReference(offsetsPs);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        ref int slot = ref MemoryMarshal.GetArrayDataReference(Slots);
        ref byte same = ref Bytes(Map.Same);
        ref byte inWindow = ref Bytes(Map.InWindow);
        ref byte isLate = ref Bytes(Map.Late);
        Vector256<uint> bias = Vector256.Create(biasPs);
        Vector256<int> channelC = Vector256.Create((int)grid.ChannelC);
        Vector256<uint> biasOfC = Vector256.Create(biasPs - (uint)delayCPs);
        Vector256<uint> factor = Vector256.Create(grid.Factor);
        Vector128<ulong> shift = Vector128.CreateScalar((ulong)grid.FractionShift);

        // A fraction is in the window [a, b) if fraction − a − 2^31, as a signed number, is below b − a − 2^31.
        Vector256<int> toEarly = Vector256.Create(int.MinValue - (int)(uint)grid.Fraction(grid.EarlyPs));
        Vector256<int> toLate = Vector256.Create(int.MinValue - (int)(uint)grid.Fraction(grid.LatePs));
        Vector256<int> earlyEnd = Vector256.Create(WindowEnd(grid, grid.EarlyPs));
        Vector256<int> lateEnd = Vector256.Create(WindowEnd(grid, grid.LatePs));
        Vector256<int> before = Vector256.Create(-1);
        Vector256<int> descents = default;
        nint group = 0;
        for (nint i = 0; i < offsetsPs.Length; i += GroupTags, group++)
        {
            Vector256<int> isC = Avx2.CompareEqual(
                Avx2.ConvertToVector256Int32(
                    Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref channel, i))).AsByte()),
                channelC);
            Vector256<uint> x = Vector256.LoadUnsafe(ref offset, (nuint)i) + Avx2.BlendVariable(bias, biasOfC, isC.AsUInt32());

            // Slot in the upper, fraction in the lower half of each: tags 0, 1 and 4, 5 of the group, and the others.
            Vector256<ulong> low = Avx2.ShiftRightLogical(Avx2.Multiply(Avx2.UnpackLow(x, x), factor), shift);
            Vector256<ulong> high = Avx2.ShiftRightLogical(Avx2.Multiply(Avx2.UnpackHigh(x, x), factor), shift);
            Vector256<int> fractions = Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b10_00_10_00).AsInt32();
            Vector256<int> slots = Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b11_01_11_01).AsInt32();

            Vector256<int> late = Avx2.CompareGreaterThan(lateEnd, fractions + toLate);
            Vector256<int> early = Avx2.CompareGreaterThan(earlyEnd, fractions + toEarly);
            Unsafe.Add(ref isLate, group) = (byte)late.ExtractMostSignificantBits();
            Unsafe.Add(ref inWindow, group) = (byte)(late | early).ExtractMostSignificantBits();

            // Slots of the tags one before: lanes move up by one, the last of the group before comes in.
            Vector256<int> beforeThese = Avx2.AlignRight(slots, Avx2.Permute2x128(before, slots, 0x21), 12);
            Unsafe.Add(ref same, group) = (byte)Avx2.CompareEqual(beforeThese, slots).ExtractMostSignificantBits();
            descents |= Avx2.CompareGreaterThan(beforeThese, slots);
            slots.StoreUnsafe(ref slot, (nuint)i);
            before = slots;
        }

        return descents == Vector256<int>.Zero;
    }

    private static int WindowEnd(SlotGrid grid, int fromPs) =>
        int.MinValue + (int)(uint)(grid.Fraction(fromPs + grid.WindowPs) - grid.Fraction(fromPs));

    private ref byte Bytes(Map map) => ref Unsafe.As<ulong, byte>(ref words[((int)map * WordsOfMap) + FirstWord]);
}
