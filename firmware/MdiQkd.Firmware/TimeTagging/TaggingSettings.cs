using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>What a host may choose for a capture.</summary>
public sealed class TaggingSettings
{
    /// <summary>Items per block, 16 to the maximum of the board.</summary>
    public int BlockItems { get; set; } = 512;

    /// <summary>A block with tags waits at most this long for more, ms.</summary>
    public int BlockFlushMs { get; set; } = 20;

    /// <summary>Bit k enables channel k.</summary>
    public int ChannelMask { get; set; } = (1 << WireProtocol.ChannelsMax) - 1;

    /// <summary>Averaging in the tagger chip: 0 off, 1 twofold, 2 fourfold.</summary>
    public int HighResolution { get; set; }
}
