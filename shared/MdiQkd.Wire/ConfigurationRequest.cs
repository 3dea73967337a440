namespace MdiQkd.Wire;

/// <summary>Asks for one configuration value.</summary>
public sealed class ConfigurationRequest : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 4;

    /// <summary>Which value.</summary>
    public ConfigurationKey Key { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, (int)Key);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        Key = (ConfigurationKey)LittleEndian.GetUInt16(buffer, offset);
        return LittleEndian.GetUInt16(buffer, offset + 2) == 0 ? WireError.None : WireError.OutOfRange;
    }
}
