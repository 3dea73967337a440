using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>Decodes runs of records of 32 bits that hold a tag each, channel − 1 above the ticks: eight at a time with AVX2.</summary>
/// <param name="EndRecord">Records from this number on are no tags.</param>
/// <param name="TickBits">Low bits of a record that count ticks, at most 28.</param>
/// <param name="OriginPs">Time of tick 0.</param>
/// <param name="TickPs">Length of a tick, below 2^32.</param>
internal readonly record struct RecordRun(uint EndRecord, int TickBits, long OriginPs, long TickPs)
{
    /// <summary>Decodes up to the first record that is no tag, goes back in time, or comes after too long a pause.</summary>
    /// <param name="records">Records, little-endian.</param>
    /// <param name="timesPs">At least as many.</param>
    /// <param name="channels">At least as many.</param>
    /// <param name="previousPs">Time of the tag before; on return that of the last one decoded.</param>
    /// <returns>Records used.</returns>
    public int Decode(ReadOnlySpan<uint> records, Span<long> timesPs, Span<byte> channels, ref long previousPs)
    {
        timesPs = timesPs[..records.Length];
        channels = channels[..records.Length];

        // The first one by itself: the tag before it may belong to another origin.
        int used = DecodeEach(records[..Math.Min(1, records.Length)], timesPs, channels, ref previousPs);
        if (used > 0 && Avx2.IsSupported)
        {
            used += DecodeVectors(records, timesPs, channels);
            previousPs = timesPs[used - 1];
        }

        return used == 0 ? 0 : used + DecodeEach(records[used..], timesPs[used..], channels[used..], ref previousPs);
    }

    private int DecodeEach(ReadOnlySpan<uint> records, Span<long> timesPs, Span<byte> channels, ref long previousPs)
    {
        uint tickMask = (1u << TickBits) - 1;
        int used = 0;
        for (; used < records.Length; used++)
        {
            uint record = records[used];
            long timePs = OriginPs + ((record & tickMask) * TickPs);
            if (record >= EndRecord || (ulong)(timePs - previousPs) > RecordingSource.PausePsMax)
            {
                break;
            }

            timesPs[used] = timePs;
            channels[used] = (byte)((record >> TickBits) + 1);
            previousPs = timePs;
        }

        return used;
    }

    /// <summary>Decodes whole groups of eight from the second record on, each of them sound; yields how many records.</summary>
    private int DecodeVectors(ReadOnlySpan<uint> records, Span<long> timesPs, Span<byte> channels)
    {
        ref uint record = ref MemoryMarshal.GetReference(records);
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        ref byte channel = ref MemoryMarshal.GetReference(channels);
        Vector256<uint> tickMask = Vector256.Create((1u << TickBits) - 1);
        Vector128<uint> tickBits = Vector128.CreateScalar((uint)TickBits);
        Vector256<long> origin = Vector256.Create(OriginPs);
        Vector256<uint> tickPs = Vector256.Create((ulong)TickPs).AsUInt32();
        Vector256<byte> gather = Vector256.Create(0x8080_8080_0C08_0400, ulong.MaxValue, 0x0C08_0400_8080_8080, ulong.MaxValue).AsByte();
        Vector256<byte> one = Vector256.Create((byte)1);

        // Comparisons are signed: numbers are moved by 2^31.
        Vector256<int> sign = Vector256.Create(int.MinValue);
        Vector256<int> lastRecord = Vector256.Create((int)(EndRecord - 1)) ^ sign;
        Vector256<int> longestStep = Vector256.Create((int)(RecordingSource.PausePsMax / TickPs)) ^ sign;
        int i = 1;
        for (; i + 8 <= records.Length; i += 8)
        {
            Vector256<uint> these = Vector256.LoadUnsafe(ref record, (nuint)i);
            Vector256<uint> ticks = these & tickMask;
            Vector256<uint> before = Vector256.LoadUnsafe(ref record, (nuint)i - 1) & tickMask;
            Vector256<int> bad = Avx2.CompareGreaterThan(these.AsInt32() ^ sign, lastRecord)
                | Avx2.CompareGreaterThan((ticks - before).AsInt32() ^ sign, longestStep);
            if (bad != Vector256<int>.Zero)
            {
                break;
            }

            (Avx2.Multiply(Avx2.ConvertToVector256Int64(ticks.GetLower()).AsUInt32(), tickPs).AsInt64() + origin).StoreUnsafe(ref time, (nuint)i);
            (Avx2.Multiply(Avx2.ConvertToVector256Int64(ticks.GetUpper()).AsUInt32(), tickPs).AsInt64() + origin)
                .StoreUnsafe(ref time, (nuint)i + 4);
            Vector256<byte> channelOf = Avx2.Shuffle(Avx2.ShiftRightLogical(these, tickBits).AsByte() + one, gather);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref channel, i), (channelOf.GetLower() | channelOf.GetUpper()).AsUInt64().ToScalar());
        }

        return i - 1;
    }
}
