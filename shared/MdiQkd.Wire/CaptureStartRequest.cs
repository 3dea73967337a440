namespace MdiQkd.Wire;

/// <summary>Starts a capture.</summary>
public sealed class CaptureStartRequest : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 8;

    /// <summary>Chosen by the host, 1 to 65,535; every block of the capture carries it.</summary>
    public int CaptureId { get; set; }

    /// <summary>Blocks with a number below this may be sent at once.</summary>
    public uint CreditLimit { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, CaptureId);
        LittleEndian.PutUInt32(buffer, offset + 4, CreditLimit);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        uint captureId = LittleEndian.GetUInt32(buffer, offset);
        CaptureId = (int)captureId;
        CreditLimit = LittleEndian.GetUInt32(buffer, offset + 4);
        return captureId >= 1 && captureId <= 0xFFFF ? WireError.None : WireError.OutOfRange;
    }
}
