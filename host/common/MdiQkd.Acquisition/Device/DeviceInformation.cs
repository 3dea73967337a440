using System.Text;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>What a board said of itself.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">Name of the board.</param>
/// <param name="Serial">Serial number, 16 hexadecimal digits.</param>
/// <param name="Firmware">Version of the firmware.</param>
/// <param name="Capabilities">Its parts.</param>
/// <param name="Users">Users that the switch can select, from 1; 0 without a switch.</param>
/// <param name="TickFsNumerator">One tick is this over <paramref name="TickDenominator"/> femtoseconds; 0 without a tagger.</param>
/// <param name="TickDenominator">Not 0.</param>
/// <param name="ChannelBits">Low bits of an item that hold the channel; 0 without a tagger.</param>
/// <param name="BlockBuffers">Block buffers of the board.</param>
/// <param name="BlockItemsMax">Items per block at most.</param>
/// <param name="Channels">Channels in use.</param>
public sealed record DeviceInformation(
    string Address,
    string Name,
    string Serial,
    Version Firmware,
    Capabilities Capabilities,
    int Users,
    uint TickFsNumerator,
    uint TickDenominator,
    int ChannelBits,
    int BlockBuffers,
    int BlockItemsMax,
    IReadOnlyList<TaggerChannel> Channels)
{
    /// <summary>Whether it has a time tagger.</summary>
    public bool HasTagger => TickFsNumerator != 0;

    /// <summary>Whether it has an optical switch.</summary>
    public bool HasSwitch => Users > 0;

    /// <summary>Reads a hello reply; characters of the name that are not printable become '?'.</summary>
    internal static DeviceInformation From(string address, HelloReply reply)
    {
        ReadOnlySpan<byte> name = reply.BoardName;
        int length = name.IndexOf((byte)0);
        string text = Encoding.ASCII.GetString(length < 0 ? name : name[..length]);
        return new DeviceInformation(
            address,
            string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)),
            Convert.ToHexString(reply.Serial),
            new Version(reply.FirmwareMajor, reply.FirmwareMinor, reply.FirmwarePatch),
            reply.Capabilities,
            reply.Users,
            reply.TickFsNumerator,
            reply.TickDenominator,
            reply.ChannelBits,
            reply.BlockBuffers,
            reply.BlockItemsMax,
            [.. Enumerable.Range(0, WireProtocol.ChannelsMax).Where(i => reply.ChannelRoles[i] != ChannelRole.Unused)
                .Select(i => new TaggerChannel(i, reply.ChannelRoles[i], reply.ChannelIndexes[i]))]);
    }
}
