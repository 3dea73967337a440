using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>A tag source on a simulated chip, and what a host would make of its blocks.</summary>
internal sealed class TaggerRig
{
    internal const int CaptureId = 7;

    private readonly BlockBuffer buffer;
    private readonly TagBlock header = new();
    private long lastEndTick;

    private TaggerRig(Func<TaggerRig, ITagSource> source)
    {
        Faults = new FaultLog(Clock);
        Source = source(this);
        buffer = new BlockBuffer(Source.FrameBytes);
    }

    internal ManualClock Clock { get; } = new();

    internal FaultLog Faults { get; }

    internal ITagSource Source { get; }

    internal TaggingSettings Settings { get; } = new();

    internal As6500Chip As6500 { get; } = new();

    internal FrontEndChip FrontEnd { get; } = new(itemsMax: 64, capacity: 4);

    internal ChipSpiBus Bus { get; private set; } = null!;

    /// <summary>Tags of all blocks.</summary>
    internal List<(long Tick, byte Channel)> Tags { get; } = [];

    /// <summary>Losses of all blocks.</summary>
    internal TagLoss Loss { get; private set; }

    internal long LostTags { get; private set; }

    internal int Blocks { get; private set; }

    internal bool HasEnd => (Loss & TagLoss.EndOfCapture) != 0;

    internal static TaggerRig OnAs6500(bool hasReferenceMonitor = true, int items = 256) => new(rig =>
    {
        rig.Bus = new ChipSpiBus(rig.As6500);
        return new As6500Tagger(
            rig.Bus, new LineInput(rig.As6500.Interrupt), hasReferenceMonitor ? new LineInput(rig.As6500.ReferencePresent) : null,
            10_000_000, items, rig.Faults);
    });

    internal static TaggerRig OnFrontEnd(int items = 64) => new(rig =>
    {
        rig.Bus = new ChipSpiBus(rig.FrontEnd);
        return new FrontEndTagger(rig.Bus, new LineInput(rig.FrontEnd.BlockReady), items, rig.Faults);
    });

    internal TaggerRig Started()
    {
        Assert.Equal(FaultCode.None, Source.Start(CaptureId, Settings, Clock.NowMs));
        return this;
    }

    /// <summary>One round of the main loop.</summary>
    internal void Poll(bool hasBuffer = true)
    {
        for (int i = 0; i < 1000; i++)
        {
            if (!Source.TryFill(hasBuffer ? buffer : null!, Clock.NowMs))
            {
                return;
            }

            Take();
        }

        Assert.Fail("the source does not come to an end");
    }

    /// <summary>Lets time pass, a round a millisecond.</summary>
    internal void Run(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            Clock.Advance(1);
            Poll();
        }
    }

    /// <summary>Ends the capture and takes what is left.</summary>
    internal void Stop()
    {
        Source.Stop(Clock.NowMs);
        for (int i = 0; i < 1000 && !Source.HasEnded; i++)
        {
            Clock.Advance(1);
            Poll();
        }

        Assert.True(HasEnd && Source.HasEnded);
        Assert.Equal(LostTags, Source.LostTags);
    }

    private void Take()
    {
        Assert.Equal(Crc32C.Compute(buffer.Bytes, Frame.HeaderBytes, buffer.PayloadBytes), buffer.PayloadChecksum);
        Assert.Equal(WireError.None, header.Decode(buffer.Bytes, Frame.HeaderBytes, buffer.PayloadBytes));
        Assert.Equal(((uint)Blocks, CaptureId), (header.Number, header.CaptureId));
        Assert.Equal(header.Number, buffer.Number);
        long[] ticks = new long[header.TagCount];
        byte[] channels = new byte[header.TagCount];
        Assert.Equal(WireError.None, TagBlockReader.Decode(header, buffer.Bytes, Frame.HeaderBytes, ticks, channels));
        Assert.True(header.EndTick >= lastEndTick && header.FirstTick >= lastEndTick);
        lastEndTick = header.EndTick;
        Tags.AddRange(ticks.Zip(channels));
        Loss |= header.Flags;
        LostTags += header.LostTags;
        Blocks++;
    }
}
