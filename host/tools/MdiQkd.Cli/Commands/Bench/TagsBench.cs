using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Evaluation;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Clock;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>`mdiqkd bench tags`: from the bytes of a tag stream or recording to Bell-state events, and each step of it.</summary>
internal static class TagsBench
{
    private const int Blocks = 256;
    private const string StreamFormat = "tagstream";
    private const string PtuFormat = "ptu";

    internal static Command Make()
    {
        Option<int> clock = new("--clock")
        {
            Description = "Slot period, ps.", HelpName = "PS", DefaultValueFactory = _ => 5000,
        };
        Option<double> rate = new("--rate")
        {
            Description = "Tags per second of the station, both detectors. 200 MHz and 30 to 40 km give 9 to 22 million.",
            HelpName = "HZ",
            DefaultValueFactory = _ => 14e6,
        };
        NumberRange.Limit(rate, 1000, 1e9);
        Option<long> delay = new("--delay")
        {
            Description = "How much later than those of detector d the clicks of detector c come, ps; they are merged anew.",
            HelpName = "PS",
            DefaultValueFactory = _ => 350,
        };
        Option<string> format = new("--format")
        {
            Description = "What is parsed: tagstream, or ptu (PicoQuant T2).", HelpName = "NAME", DefaultValueFactory = _ => StreamFormat,
        };
        format.AcceptOnlyFromAmong(StreamFormat, PtuFormat);
        Option<bool> recover = new("--recover-clock") { Description = "Recover the slot clock from the tags too." };
        Option<int> threads = new("--threads")
        {
            Description = "Stations at a time, one a thread.", HelpName = "N", DefaultValueFactory = _ => 1,
        };
        NumberRange.Limit(threads, 1024, "threads");
        delay.Validators.Add(option =>
        {
            if (option.Tokens is [{ Value: var text }] && long.TryParse(text, out long ps) && ps is (< 0 or > ChannelDelays.DelayPsMax))
            {
                option.AddError($"--delay {text}: 0..{ChannelDelays.DelayPsMax} ps");
            }
        });
        Option<double> seconds = BenchOptions.Seconds();
        Option<bool> json = BenchOptions.Json();
        Command command = new("tags", "Time tags to Bell-state events: parse, correct delays, merge, slot, classify.")
        {
            clock, rate, delay, format, recover, threads, seconds, json,
        };
        command.SetAction(result =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            int period = result.GetValue(clock);
            SlotTiming timing = new(period, period / 2, Math.Max(1, period / 5));
            ChannelDelays delays = new(result.GetValue(delay), 0);
            if (timing.Fault() is { } fault)
            {
                console.Error.WriteLine($"error: --clock: {fault}");
                return ExitCode.Usage;
            }

            TagWorkload workload = TagWorkload.Make(1, timing, result.GetValue(rate), Blocks, delayCPs: delays.CPs);
            Measure(
                workload, delays, result.GetValue(format)!, result.GetValue(rate), result.GetValue(recover), result.GetValue(threads),
                TimeSpan.FromSeconds(result.GetValue(seconds))).Write(result.GetValue(json), console.Output);
            return ExitCode.Success;
        });
        return command;
    }

    private static BenchReport Measure(
        TagWorkload workload, ChannelDelays delays, string format, double rateHz, bool recover, int threads, TimeSpan time)
    {
        byte[] bytes = format == PtuFormat ? workload.EncodePtu() : workload.EncodeAsync().GetAwaiter().GetResult();
        Station[] stations = [.. Enumerable.Range(0, threads).Select(_ => new Station(workload, bytes, format, delays, recover))];
        stations[0].Run();
        string hash = stations[0].Hash();
        long events = stations[0].Events.Count;
        double bytesPerEvent = stations[0].AnnouncementBytes() / Math.Max(1.0, events);
        TimeSpan share = time / 4;
        BenchTiming parse = BenchTiming.Of(stations[0].Parse, null, share);
        BenchTiming merge = BenchTiming.Of(stations[0].Merge, null, share);
        BenchTiming classify = BenchTiming.Of(stations[0].Classify, null, share);
        BenchTiming all = BenchTiming.Of(
            threads == 1 ? stations[0].Run : () => Parallel.ForEach(stations, station => station.Run()), null, time);
        double perCore = 1000.0 * workload.Tags * threads / all.ProcessorNanoseconds;
        bool sustains = perCore * 1e6 >= rateHz;
        return new BenchReport()
            .With("bench", "Benchmark", "tags")
            .With("format", "Format", format)
            .With("clockPs", "Slot period", workload.Timing.SlotPeriodPs, "ps")
            .With("tags", "Tags", workload.Tags)
            .With("bytesPerTag", "Bytes per tag", (double)bytes.Length / workload.Tags, "bytes")
            .With("clockRecovery", "Slot clock", recover ? "recovered" : "given")
            .With("threads", "Threads", threads)
            .With("calls", "Calls", all.Calls)
            .With("mtagsPerSecondPerCore", "Parse to classify, per core", perCore, "Mtags/s")
            .With("mtagsPerSecond", "the same in real time, all threads", 1000.0 * workload.Tags * threads / all.WallNanoseconds, "Mtags/s")
            .With("gigabytesPerSecond", "Input read, per core", bytes.Length * (double)threads / all.ProcessorNanoseconds, "GB/s")
            .With("parseMtagsPerSecond", "Parse alone", 1000.0 * workload.Tags / parse.ProcessorNanoseconds, "Mtags/s")
            .With("mergeMtagsPerSecond", "Delays and merge alone, as for a recovered clock", 1000.0 * workload.Tags / merge.ProcessorNanoseconds, "Mtags/s")
            .With("classifyMtagsPerSecond", "Delays, slot and classify alone", 1000.0 * workload.Tags / classify.ProcessorNanoseconds, "Mtags/s")
            .With("stationMtagsPerSecond", "Tags of the station", rateHz * 1e-6, "Mtags/s")
            .With("sustainsStation", "One core sustains the station", sustains)
            .With("stationsPerCore", "Stations that one core sustains", perCore * 1e6 / rateHz, "")
            .With("events", "Events", events)
            .With("announcementBytesPerEvent", "Bytes of an announced event", bytesPerEvent, "bytes")
            .With("hash", "SHA-256 of the events", hash);
    }

    /// <summary>One station: a pipeline and its buffers.</summary>
    private sealed class Station(TagWorkload workload, byte[] bytes, string format, ChannelDelays delays, bool recover)
    {
        private readonly BsmSettings settings = new(
            workload.Timing, TagWorkload.ChannelC, TagWorkload.ChannelD, AcceptPsiPlus: true, new PilotPattern(100_000, 100));

        private readonly TimeTagBlock block = new();
        private readonly TimeTagBlock merged = new();
        private readonly TimeTagBlock slotTags = new();

        public BsmEventBuffer Events { get; } = new(1 << 18);

        /// <summary>All steps.</summary>
        public void Run()
        {
            Events.Clear();
            if (!recover)
            {
                BsmClassifier delayed = NewClassifier(delays);
                Read(() => delayed.Classify(block, Events));
                return;
            }

            DelayMerger merger = new(TagWorkload.ChannelC, TagWorkload.ChannelD, delays);
            SlotClockRecovery clock = new(
                new SlotClockSettings(workload.Timing, TagWorkload.ChannelC, TagWorkload.ChannelD), TagWorkload.StartPs, 1L << 40);
            BsmClassifier classifier = NewClassifier(null);
            Read(() =>
            {
                merger.Merge(block, merged);
                clock.Feed(merged);
                while (clock.TryTake(slotTags))
                {
                    classifier.Classify(slotTags, Events);
                }
            });
        }

        public void Parse() => Read(() => { });

        public void Merge()
        {
            DelayMerger merger = new(TagWorkload.ChannelC, TagWorkload.ChannelD, delays);
            foreach (TimeTagBlock tags in workload.Blocks)
            {
                merger.Merge(tags, merged);
            }
        }

        public void Classify()
        {
            Events.Clear();
            BsmClassifier classifier = NewClassifier(delays);
            foreach (TimeTagBlock tags in workload.Blocks)
            {
                classifier.Classify(tags, Events);
            }
        }

        public string Hash()
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(MemoryMarshal.AsBytes(Events.Slots.AsSpan(0, Events.Count)));
            hash.AppendData(Events.Outcomes.AsSpan(0, Events.Count));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public long AnnouncementBytes()
        {
            long previousSlot = -1;
            byte[] list = new byte[EventListEncoding.EventBytesMax * Events.Count];
            return EventListEncoding.Encode(
                Events.Slots.AsSpan(0, Events.Count), Events.Outcomes.AsSpan(0, Events.Count), ref previousSlot, list);
        }

        private BsmClassifier NewClassifier(ChannelDelays? left) => new(settings, TagWorkload.StartPs, 1L << 40, left);

        private void Read(Action each)
        {
            ITimeTagSource source = format == PtuFormat
                ? PtuT2Source.OpenAsync(new MemoryStream(bytes), CancellationToken.None).AsTask().GetAwaiter().GetResult().Source!
                : new TagStreamReader(bytes);

            // From memory every read completes at once.
            while (source.ReadAsync(block, CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                each();
            }
        }
    }
}
