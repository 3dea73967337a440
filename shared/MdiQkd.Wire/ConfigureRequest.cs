namespace MdiQkd.Wire;

/// <summary>Sets one configuration value.</summary>
public sealed class ConfigureRequest : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 8;

    /// <summary>Which value; the device refuses what it does not know.</summary>
    public ConfigurationKey Key { get; set; }

    /// <summary>New value.</summary>
    public int Value { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt16(buffer, offset, (int)Key);
        LittleEndian.PutUInt16(buffer, offset + 2, 0);
        LittleEndian.PutInt32(buffer, offset + 4, Value);
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
        Value = LittleEndian.GetInt32(buffer, offset + 4);
        return LittleEndian.GetUInt16(buffer, offset + 2) == 0 ? WireError.None : WireError.OutOfRange;
    }
}
