namespace MdiQkd.Wire;

/// <summary>One configuration value as it is now, and what it may be.</summary>
public sealed class ConfigurationReply : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 16;

    /// <summary>Which value.</summary>
    public ConfigurationKey Key { get; set; }

    /// <summary>Value in force.</summary>
    public int Value { get; set; }

    /// <summary>Lowest value that the device takes.</summary>
    public int Lowest { get; set; }

    /// <summary>Highest value that the device takes.</summary>
    public int Highest { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, (int)Key);
        LittleEndian.PutInt32(buffer, offset + 4, Value);
        LittleEndian.PutInt32(buffer, offset + 8, Lowest);
        LittleEndian.PutInt32(buffer, offset + 12, Highest);
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
        Lowest = LittleEndian.GetInt32(buffer, offset + 8);
        Highest = LittleEndian.GetInt32(buffer, offset + 12);
        bool isSound = LittleEndian.GetUInt16(buffer, offset + 2) == 0 && Lowest <= Value && Value <= Highest;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
