namespace MdiQkd.Wire;

/// <summary>
/// How far a device may send. The limit is absolute, so a grant that is lost, doubled or overtaken does no harm. A host without a
/// capture sends zeros.
/// </summary>
public sealed class CreditGrant : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 8;

    /// <summary>Capture that the limit is for, or 0; a limit for another capture is ignored.</summary>
    public int CaptureId { get; set; }

    /// <summary>Blocks with a number below this may be sent; a limit below an earlier one changes nothing.</summary>
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
        return captureId <= 0xFFFF ? WireError.None : WireError.OutOfRange;
    }
}
