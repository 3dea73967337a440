using System;

namespace MdiQkd.Wire;

/// <summary>
/// Outer form of every message, 24 bytes of header and the payload. Header and payload have a checksum each, and the header holds
/// that of the payload: a front end that checks its own blocks spares the microcontroller a pass over every byte.
/// </summary>
public static class Frame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 24;

    /// <summary>First byte of a frame, 'M'.</summary>
    public const byte Sync0 = 0x4D;

    /// <summary>Second byte of a frame, 'Q'.</summary>
    public const byte Sync1 = 0x51;

    internal const int VersionOffset = 2;
    internal const int TypeOffset = 3;
    internal const int SequenceOffset = 4;
    internal const int RequestIdOffset = 8;
    internal const int ReservedOffset = 10;
    internal const int PayloadBytesOffset = 12;
    internal const int PayloadChecksumOffset = 16;
    internal const int HeaderChecksumOffset = 20;

    /// <summary>Completes a frame whose payload already stands at <paramref name="offset"/> + <see cref="HeaderBytes"/>.</summary>
    /// <param name="buffer">Header is written here.</param>
    /// <param name="offset">Where the frame begins.</param>
    /// <param name="type">Kind of message.</param>
    /// <param name="sequence">Number of the frame in its direction, modulo 2^32.</param>
    /// <param name="requestId">1 to 65,535, or 0 for a message that is no request and no reply.</param>
    /// <param name="payloadBytes">0 to <see cref="WireProtocol.PayloadBytesMax"/>.</param>
    /// <returns>Bytes of the whole frame.</returns>
    public static int Seal(byte[] buffer, int offset, MessageType type, uint sequence, int requestId, int payloadBytes) =>
        Seal(
            buffer, offset, type, sequence, requestId, payloadBytes,
            Crc32C.Compute(buffer, offset + HeaderBytes, payloadBytes));

    /// <summary>The same for a payload whose checksum is known already: constant work, whatever the payload's size.</summary>
    public static int Seal(
        byte[] buffer, int offset, MessageType type, uint sequence, int requestId, int payloadBytes, uint payloadChecksum)
    {
        if (payloadBytes < 0 || payloadBytes > WireProtocol.PayloadBytesMax || requestId < 0 || requestId > 0xFFFF)
        {
            throw new ArgumentOutOfRangeException(nameof(payloadBytes));
        }

        buffer[offset] = Sync0;
        buffer[offset + 1] = Sync1;
        buffer[offset + VersionOffset] = WireProtocol.Version;
        buffer[offset + TypeOffset] = (byte)type;
        LittleEndian.PutUInt32(buffer, offset + SequenceOffset, sequence);
        LittleEndian.PutUInt16(buffer, offset + RequestIdOffset, requestId);
        LittleEndian.PutUInt16(buffer, offset + ReservedOffset, 0);
        LittleEndian.PutInt32(buffer, offset + PayloadBytesOffset, payloadBytes);
        LittleEndian.PutUInt32(buffer, offset + PayloadChecksumOffset, payloadChecksum);
        LittleEndian.PutUInt32(
            buffer, offset + HeaderChecksumOffset, Crc32C.Compute(buffer, offset, HeaderChecksumOffset));
        return HeaderBytes + payloadBytes;
    }
}
