using System.Buffers.Binary;
using System.Text;
using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Tags of a station for measurements of speed: both detectors at equal rates, pulses with Gaussian jitter in random slots and bins,
/// some background. Made without interference, much faster than <see cref="SinglesSimulator"/>, and repeatable from its seed.
/// </summary>
public sealed class TagWorkload
{
    /// <summary>Tagger channel of detector c.</summary>
    public const byte ChannelC = 1;

    /// <summary>Tagger channel of detector d.</summary>
    public const byte ChannelD = 2;

    /// <summary>Tagger time at which slot 0 begins.</summary>
    public const long StartPs = 1_000_000;

    private const double BackgroundShare = 0.01;
    private const double JitterPs = 60;

    private TagWorkload(SlotTiming timing, IReadOnlyList<TimeTagBlock> blocks)
    {
        Timing = timing;
        Blocks = blocks;
        Tags = blocks.Sum(block => (long)block.Count);
    }

    /// <summary>Slot raster.</summary>
    public SlotTiming Timing { get; }

    /// <summary>Blocks of one frame of the tag stream each, from power-up on.</summary>
    public IReadOnlyList<TimeTagBlock> Blocks { get; }

    /// <summary>Tags of all blocks.</summary>
    public long Tags { get; }

    /// <summary>Makes a workload.</summary>
    /// <param name="seed">Equal seeds give equal tags.</param>
    /// <param name="timing">Slot raster.</param>
    /// <param name="rateHz">Tags per second of both detectors together, at most one per slot on average.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="tagsPerBlock">Tags of a block, up to <see cref="TagFrame.TagsMax"/>; 4,096 of them and their columns fit a second-level cache.</param>
    /// <param name="delayCPs">How much later than those of detector d the clicks of detector c come; from 0 on.</param>
    public static TagWorkload Make(int seed, SlotTiming timing, double rateHz, int blocks, int tagsPerBlock = 4096, long delayCPs = 0)
    {
        ArgumentNullException.ThrowIfNull(timing);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateHz);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocks);
        Random random = new(seed);
        int period = timing.SlotPeriodPs;
        double meanPs = 1e12 / rateHz;
        long count = (long)blocks * tagsPerBlock;
        long[] timesPs = new long[count];
        byte[] channels = new byte[count];
        double now = StartPs;
        for (long i = 0; i < count; i++)
        {
            now -= Math.Log(1 - random.NextDouble()) * meanPs;
            long slotPs = StartPs + ((long)((now - StartPs) / period) * period);
            int centre = random.Next(2) == 0 ? timing.EarlyCentrePs : timing.LateCentrePs;
            double inSlot = random.NextDouble() < BackgroundShare ? random.Next(period) : centre + (JitterPs * Gauss(random));
            channels[i] = random.Next(2) == 0 ? ChannelC : ChannelD;
            timesPs[i] = slotPs + (long)Math.Round(Math.Clamp(inSlot, 0, period - 1)) + (channels[i] == ChannelC ? delayCPs : 0);
        }

        Array.Sort(timesPs, channels);
        return new TagWorkload(timing, [.. Enumerable.Range(0, blocks).Select(b => Block(timesPs, channels, b * tagsPerBlock, Math.Min((b + 1) * tagsPerBlock, timesPs.Length)))]);
    }

    /// <summary>The blocks as a tag stream.</summary>
    public async Task<byte[]> EncodeAsync()
    {
        MemoryStream stream = new();
        TagStreamWriter writer = new(stream);
        await using (writer.ConfigureAwait(false))
        {
            foreach (TimeTagBlock block in Blocks)
            {
                await writer.WriteAsync(block, CancellationToken.None).ConfigureAwait(false);
            }

            await writer.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return stream.ToArray();
    }

    /// <summary>The tags as a PicoQuant T2 recording of 1 ps ticks (record type 00010207), header and records.</summary>
    public byte[] EncodePtu()
    {
        MemoryStream stream = new();
        stream.Write("PQTTTR\0\01.0.00\0\0"u8);
        WriteTag(stream, "TTResultFormat_TTTRRecType", 0x1000_0008, 0x0001_0207);
        WriteTag(stream, "MeasDesc_GlobalResolution", 0x2000_0008, BitConverter.DoubleToInt64Bits(1e-12));
        WriteTag(stream, "TTResult_NumberOfRecords", 0x1000_0008, Tags);
        WriteTag(stream, "Header_End", 0xFFFF_0008, 0);
        const int ticksPerOverflow = 1 << 25;
        long overflows = 0;
        Span<byte> record = stackalloc byte[sizeof(uint)];
        foreach (TimeTagBlock block in Blocks)
        {
            for (int i = 0; i < block.Count; i++)
            {
                long wanted = block.TimesPs[i] / ticksPerOverflow;
                if (wanted > overflows)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(record, (127u << 25) | (uint)(wanted - overflows));
                    stream.Write(record);
                    overflows = wanted;
                }

                uint ticks = (uint)(block.TimesPs[i] % ticksPerOverflow);
                BinaryPrimitives.WriteUInt32LittleEndian(record, ((uint)(block.Channels[i] - 1) << 25) | ticks);
                stream.Write(record);
            }
        }

        return stream.ToArray();
    }

    private static void WriteTag(MemoryStream stream, string ident, uint kind, long value)
    {
        Span<byte> tag = stackalloc byte[48];
        tag.Clear();
        Encoding.ASCII.GetBytes(ident, tag);
        BinaryPrimitives.WriteInt32LittleEndian(tag[32..], -1);
        BinaryPrimitives.WriteUInt32LittleEndian(tag[36..], kind);
        BinaryPrimitives.WriteInt64LittleEndian(tag[40..], value);
        stream.Write(tag);
    }

    private static TimeTagBlock Block(long[] timesPs, byte[] channels, int first, int end)
    {
        // Equal times stay in one block.
        int from = Start(timesPs, first);
        int to = Start(timesPs, end);
        TimeTagBlock block = new(to - from) { Count = to - from, WatermarkPs = to == timesPs.Length ? timesPs[^1] : timesPs[to] - 1 };
        timesPs.AsSpan(from, to - from).CopyTo(block.TimesPs);
        channels.AsSpan(from, to - from).CopyTo(block.Channels);
        return block;

        static int Start(long[] timesPs, int at)
        {
            while (at > 0 && at < timesPs.Length && timesPs[at] == timesPs[at - 1])
            {
                at--;
            }

            return at;
        }
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
