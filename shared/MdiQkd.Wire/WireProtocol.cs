namespace MdiQkd.Wire;

/// <summary>Constants of the device protocol that both ends share; shared/protocol/WIRE.md is normative.</summary>
public static class WireProtocol
{
    /// <summary>Version of header and messages. The header layout itself is the same in every version.</summary>
    public const int Version = 1;

    /// <summary>Payload bytes of the longest message from the host: one that a device buffers whole.</summary>
    public const int RequestPayloadBytesMax = 64;

    /// <summary>Payload bytes of the longest message from a device: a tag block of <see cref="TagBlock.ItemsMax"/> items.</summary>
    public const int PayloadBytesMax = TagBlock.HeaderBytes + (TagBlock.ItemsMax / 4) + (4 * TagBlock.ItemsMax);

    /// <summary>Channels of a device at most: the length of the channel map.</summary>
    public const int ChannelsMax = 16;

    /// <summary>Inputs of the Bell-state measurement: the optical switch selects one user for each.</summary>
    public const int SwitchInputs = 2;

    /// <summary>A receiver gives up a frame in the middle of which no byte came for this long.</summary>
    public const int MidFrameSilenceMs = 200;
}
