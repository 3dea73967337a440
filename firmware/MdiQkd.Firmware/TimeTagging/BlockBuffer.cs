namespace MdiQkd.Firmware.TimeTagging;

/// <summary>A tag block with room for its frame header in front, so that it goes to the link without a copy.</summary>
public sealed class BlockBuffer
{
    /// <summary>Makes an empty buffer.</summary>
    /// <param name="frameBytes">Frame header and longest payload; for a front end the length of its SPI transaction.</param>
    public BlockBuffer(int frameBytes)
    {
        Bytes = new byte[frameBytes];
    }

    /// <summary>Frame header, block header, packed items; [frameBytes], owned by this buffer.</summary>
    public byte[] Bytes { get; }

    /// <summary>Bytes after the frame header.</summary>
    public int PayloadBytes { get; set; }

    /// <summary>CRC-32C of the payload.</summary>
    public uint PayloadChecksum { get; set; }

    /// <summary>Number of the block in its capture.</summary>
    public uint Number { get; set; }
}
