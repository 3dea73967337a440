using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MdiQkd.Acquisition;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Clock;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Benchmarks.Tags;

/// <summary>
/// Steps from a tag stream to Bell-state events, a million tags of a 200 MHz station at 30 to 40 km, one core. Target 500 M tags/s from parsing to
/// classification: a station has 9 to 22 million, detectors at a gigahertz 120; the rest is for replays. No allocation per block.
/// </summary>
[MemoryDiagnoser]
public class TagPipelineBenchmark
{
    private static readonly SlotTiming Timing = new(5000, 2500, 1000);
    private static readonly ChannelDelays Delays = new(350, 0);

    private readonly TimeTagBlock block = new();
    private readonly TimeTagBlock merged = new();
    private readonly TimeTagBlock slotTags = new();
    private readonly BsmEventBuffer events = new(1 << 18);
    private TagWorkload? workload;
    private byte[] stream = [];

    /// <summary>Blocks of 4,096 tags.</summary>
    [Params(256)]
    public int Blocks { get; set; } = 256;

    /// <summary>Tags and their stream.</summary>
    [GlobalSetup]
    public void Setup()
    {
        workload = TagWorkload.Make(1, Timing, 14e6, Blocks, delayCPs: 350);
        stream = workload.EncodeAsync().GetAwaiter().GetResult();
    }

    /// <summary>Bytes to blocks: checksum and decoding.</summary>
    [Benchmark]
    public void Parse() => Read(_ => { });

    /// <summary>Delays of 350 ps and 0, merged.</summary>
    [Benchmark]
    public void DelaysAndMerge()
    {
        DelayMerger merger = new(TagWorkload.ChannelC, TagWorkload.ChannelD, Delays);
        foreach (TimeTagBlock tags in workload!.Blocks)
        {
            merger.Merge(tags, merged);
        }
    }

    /// <summary>Delays, slots and all window rules.</summary>
    [Benchmark]
    public void Classify()
    {
        events.Clear();
        BsmClassifier classifier = NewClassifier(Delays);
        foreach (TimeTagBlock tags in workload!.Blocks)
        {
            classifier.Classify(tags, events);
        }
    }

    /// <summary>Slot clock: search, then tracking.</summary>
    [Benchmark]
    public void RecoverClock()
    {
        SlotClockRecovery clock = new(
            new SlotClockSettings(Timing, TagWorkload.ChannelC, TagWorkload.ChannelD), TagWorkload.StartPs, 1L << 40);
        foreach (TimeTagBlock tags in workload!.Blocks)
        {
            clock.Feed(tags);
            while (clock.TryTake(slotTags))
            {
            }
        }
    }

    /// <summary>Parse, correct delays, merge, slot and classify.</summary>
    [Benchmark]
    public void Pipeline()
    {
        events.Clear();
        BsmClassifier classifier = NewClassifier(Delays);
        Read(tags => classifier.Classify(tags, events));
    }

    /// <summary>SHA-256 of the events of the last run, first 16 hexadecimal digits.</summary>
    public string OutputHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(events.Slots.AsSpan(0, events.Count)));
        hash.AppendData(events.Outcomes.AsSpan(0, events.Count));
        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }

    /// <summary>Prints the hash of the events.</summary>
    [GlobalCleanup]
    public void Cleanup() => Console.WriteLine($"output {OutputHash()}");

    private static BsmClassifier NewClassifier(ChannelDelays delays) => new(
        new BsmSettings(Timing, TagWorkload.ChannelC, TagWorkload.ChannelD, AcceptPsiPlus: true), TagWorkload.StartPs, 1L << 40, delays);

    private void Read(Action<TimeTagBlock> each)
    {
        TagStreamReader reader = new(stream);
        while (reader.ReadAsync(block, CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            each(block);
        }
    }
}
