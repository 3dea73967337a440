namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Configuration of the TDC-GPX2 / AS6500 family (ScioSense), 17 bytes. Public sources disagree on the fixed bytes 7, 13, 14 and 15
/// (seen: 0x43, 0x53, 0x23; 0xCC, 0x05; F1 7D, 31 8E): confirm them against the datasheet of the part fitted. They stand in this one
/// table; a part that does not take one fails the read-back with the fault TaggerRegister.
/// </summary>
public static class As6500Registers
{
    /// <summary>Bytes of the configuration.</summary>
    public const int Count = 17;

    /// <summary>Power-on reset.</summary>
    public const byte ResetOpcode = 0x30;

    /// <summary>Starts measuring, reference index at 0.</summary>
    public const byte InitOpcode = 0x18;

    /// <summary>Write configuration from an address on.</summary>
    public const byte WriteOpcode = 0x80;

    /// <summary>Read configuration from an address on.</summary>
    public const byte ReadOpcode = 0x40;

    /// <summary>Read results from an address on.</summary>
    public const byte ResultOpcode = 0x60;

    /// <summary>Address of the first result.</summary>
    public const int ResultAddress = 8;

    /// <summary>Stop channels.</summary>
    public const int Channels = 4;

    /// <summary>Bytes of one channel's result: reference index and stop time, three bytes each, most significant first.</summary>
    public const int ResultBytes = 6;

    /// <summary>Bytes of the results of all channels.</summary>
    public const int AllResultBytes = Channels * ResultBytes;

    /// <summary>Results that a channel's FIFO holds; more are lost in the chip. Confirm against the datasheet of the part fitted.</summary>
    public const int FifoDepth = 16;

    /// <summary>Fills the configuration.</summary>
    /// <param name="bytes">Receives <see cref="Count"/> bytes from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where they begin.</param>
    /// <param name="referenceHz">Reference clock; one reference period in ps becomes the number of divisions: 1 ps per count.</param>
    /// <param name="channelMask">Bit k enables stop input k + 1.</param>
    /// <param name="highResolution">0 off, 1 twofold, 2 fourfold averaging.</param>
    public static void Fill(byte[] bytes, int offset, int referenceHz, int channelMask, int highResolution)
    {
        int divisions = Divisions(referenceHz);
        int mask = channelMask & 0x0F;
        bytes[offset] = (byte)(0x10 | mask);
        bytes[offset + 1] = (byte)((highResolution << 6) | mask);
        bytes[offset + 2] = 0x00;
        bytes[offset + 3] = (byte)divisions;
        bytes[offset + 4] = (byte)(divisions >> 8);
        bytes[offset + 5] = (byte)((divisions >> 16) & 0x0F);
        bytes[offset + 6] = 0xC0;
        bytes[offset + 7] = 0x53;
        bytes[offset + 8] = 0xA1;
        bytes[offset + 9] = 0x13;
        bytes[offset + 10] = 0x00;
        bytes[offset + 11] = 0x0A;
        bytes[offset + 12] = 0xCC;
        bytes[offset + 13] = 0xCC;
        bytes[offset + 14] = 0xF1;
        bytes[offset + 15] = 0x7D;
        bytes[offset + 16] = 0x04;
    }

    /// <summary>Reference period in ps: counts per reference period.</summary>
    public static int Divisions(int referenceHz) => (int)(1000000000000L / referenceHz);
}
