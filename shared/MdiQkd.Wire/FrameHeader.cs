namespace MdiQkd.Wire;

/// <summary>Fields of a received frame header; one instance is refilled for every frame.</summary>
public sealed class FrameHeader
{
    /// <summary>Protocol version of the sender.</summary>
    public int Version { get; private set; }

    /// <summary>Kind of message; may be a value that this version does not know.</summary>
    public MessageType Type { get; private set; }

    /// <summary>Number of the frame in its direction.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Request that the frame belongs to, or 0.</summary>
    public int RequestId { get; private set; }

    /// <summary>Bytes of payload that follow, as announced; judged by the reader.</summary>
    public uint PayloadBytes { get; private set; }

    /// <summary>CRC-32C of the payload.</summary>
    public uint PayloadChecksum { get; private set; }

    /// <summary>Reads a header.</summary>
    /// <param name="buffer">Received bytes.</param>
    /// <param name="offset">Where the header should begin.</param>
    /// <param name="count">Bytes received from there on.</param>
    /// <returns>None, Incomplete, Garbage (no sync), BadHeader or UnsupportedVersion; fields are filled for the first and last.</returns>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if ((count > 0 && buffer[offset] != Frame.Sync0) || (count > 1 && buffer[offset + 1] != Frame.Sync1))
        {
            return WireError.Garbage;
        }

        if (count < Frame.HeaderBytes)
        {
            return WireError.Incomplete;
        }

        uint checksum = LittleEndian.GetUInt32(buffer, offset + Frame.HeaderChecksumOffset);
        if (checksum != Crc32C.Compute(buffer, offset, Frame.HeaderChecksumOffset)
            || LittleEndian.GetUInt16(buffer, offset + Frame.ReservedOffset) != 0)
        {
            return WireError.BadHeader;
        }

        Version = buffer[offset + Frame.VersionOffset];
        Type = (MessageType)buffer[offset + Frame.TypeOffset];
        Sequence = LittleEndian.GetUInt32(buffer, offset + Frame.SequenceOffset);
        RequestId = LittleEndian.GetUInt16(buffer, offset + Frame.RequestIdOffset);
        PayloadBytes = LittleEndian.GetUInt32(buffer, offset + Frame.PayloadBytesOffset);
        PayloadChecksum = LittleEndian.GetUInt32(buffer, offset + Frame.PayloadChecksumOffset);
        return Version == WireProtocol.Version ? WireError.None : WireError.UnsupportedVersion;
    }
}
