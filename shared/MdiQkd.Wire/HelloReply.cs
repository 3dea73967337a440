using System;

namespace MdiQkd.Wire;

/// <summary>What the device is and can.</summary>
public sealed class HelloReply : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 80;

    /// <summary>Bytes of the board's name.</summary>
    public const int BoardNameBytes = 16;

    /// <summary>Bytes of the board's serial number.</summary>
    public const int SerialBytes = 8;

    private const int NameOffset = 12;
    private const int SerialOffset = NameOffset + BoardNameBytes;
    private const int ChannelsOffset = PayloadBytes - (2 * WireProtocol.ChannelsMax);

    /// <summary>Session that this reply opens.</summary>
    public uint SessionId { get; set; }

    /// <summary>Firmware version, major part, 0 to 255.</summary>
    public int FirmwareMajor { get; set; }

    /// <summary>Firmware version, minor part, 0 to 255.</summary>
    public int FirmwareMinor { get; set; }

    /// <summary>Firmware version, patch part, 0 to 255.</summary>
    public int FirmwarePatch { get; set; }

    /// <summary>Ports of the switch that users are connected to; 0 without a switch, else users are 1 to this.</summary>
    public int Users { get; set; }

    /// <summary>Parts of the board.</summary>
    public Capabilities Capabilities { get; set; }

    /// <summary>Name of the board in ASCII, zero-padded; [<see cref="BoardNameBytes"/>], owned by this message.</summary>
    public byte[] BoardName { get; } = new byte[BoardNameBytes];

    /// <summary>Number that tells this board from others of its name; [<see cref="SerialBytes"/>], owned by this message.</summary>
    public byte[] Serial { get; } = new byte[SerialBytes];

    /// <summary>One tick is numerator / denominator femtoseconds; 0 / 1 without a tagger.</summary>
    public uint TickFsNumerator { get; set; }

    /// <summary>Denominator of the tick period, not 0.</summary>
    public uint TickDenominator { get; set; } = 1;

    /// <summary>Low bits of an item that hold the channel, 2 to 8; 0 without a tagger.</summary>
    public int ChannelBits { get; set; }

    /// <summary>Block buffers of the device: credit beyond that is of no use.</summary>
    public int BlockBuffers { get; set; }

    /// <summary>Items per block at most on this board.</summary>
    public int BlockItemsMax { get; set; }

    /// <summary>Role of each channel; [<see cref="WireProtocol.ChannelsMax"/>], owned by this message.</summary>
    public ChannelRole[] ChannelRoles { get; } = new ChannelRole[WireProtocol.ChannelsMax];

    /// <summary>Which of its role each channel is; [<see cref="WireProtocol.ChannelsMax"/>], owned by this message.</summary>
    public byte[] ChannelIndexes { get; } = new byte[WireProtocol.ChannelsMax];

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt32(buffer, offset, SessionId);
        buffer[offset + 4] = (byte)FirmwareMajor;
        buffer[offset + 5] = (byte)FirmwareMinor;
        buffer[offset + 6] = (byte)FirmwarePatch;
        buffer[offset + 7] = (byte)Users;
        LittleEndian.PutInt32(buffer, offset + 8, (int)Capabilities);
        Array.Copy(BoardName, 0, buffer, offset + NameOffset, BoardNameBytes);
        Array.Copy(Serial, 0, buffer, offset + SerialOffset, SerialBytes);
        LittleEndian.PutUInt32(buffer, offset + 36, TickFsNumerator);
        LittleEndian.PutUInt32(buffer, offset + 40, TickDenominator);
        buffer[offset + 44] = (byte)ChannelBits;
        buffer[offset + 45] = (byte)BlockBuffers;
        LittleEndian.PutUInt16(buffer, offset + 46, BlockItemsMax);
        for (int i = 0; i < WireProtocol.ChannelsMax; i++)
        {
            buffer[offset + ChannelsOffset + (2 * i)] = (byte)ChannelRoles[i];
            buffer[offset + ChannelsOffset + (2 * i) + 1] = ChannelIndexes[i];
        }

        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        SessionId = LittleEndian.GetUInt32(buffer, offset);
        FirmwareMajor = buffer[offset + 4];
        FirmwareMinor = buffer[offset + 5];
        FirmwarePatch = buffer[offset + 6];
        Users = buffer[offset + 7];
        Capabilities = (Capabilities)LittleEndian.GetInt32(buffer, offset + 8);
        Array.Copy(buffer, offset + NameOffset, BoardName, 0, BoardNameBytes);
        Array.Copy(buffer, offset + SerialOffset, Serial, 0, SerialBytes);
        TickFsNumerator = LittleEndian.GetUInt32(buffer, offset + 36);
        TickDenominator = LittleEndian.GetUInt32(buffer, offset + 40);
        ChannelBits = buffer[offset + 44];
        BlockBuffers = buffer[offset + 45];
        BlockItemsMax = LittleEndian.GetUInt16(buffer, offset + 46);
        bool isSound = SessionId != 0 && TickDenominator != 0 && BlockItemsMax <= TagBlock.ItemsMax
            && (ChannelBits == 0 ? TickFsNumerator == 0 : TickFsNumerator != 0 && ChannelBits >= 2 && ChannelBits <= 8);
        for (int i = 0; i < WireProtocol.ChannelsMax; i++)
        {
            ChannelRoles[i] = (ChannelRole)buffer[offset + ChannelsOffset + (2 * i)];
            ChannelIndexes[i] = buffer[offset + ChannelsOffset + (2 * i) + 1];
            isSound &= ChannelRoles[i] <= ChannelRole.Marker;
        }

        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
