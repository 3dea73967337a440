using System;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// A 1×N module with a serial port, Sercalo RSC class: UART TTL 115,200 baud. Command EF EF len FF cmd [data] sum8, reply
/// FE FE len addr cmd err data sum8. The length counts the bytes after it, checksum included; the checksum is the low byte of the sum of
/// all bytes before it: confirm both against the manual of the module fitted. Dark is a port without fibre.
/// </summary>
public sealed class SercaloUnit : ISwitchUnit
{
    private const byte GetPort = 0x02;
    private const byte SetPort = 0x04;
    private const int ReplyTimeoutMs = 100;
    private const int Attempts = 3;
    private const int AskIntervalMs = 20;
    private const int ReplyBytesMax = 24;

    private readonly IByteLink link;
    private readonly int darkPort;
    private readonly byte[] command = new byte[8];
    private readonly byte[] reply = new byte[ReplyBytesMax];
    private int commandBytes;
    private int commandSent;
    private int replyBytes;
    private byte asked;
    private bool isWaiting;
    private long deadlineMs;
    private long askNextMs;
    private int attemptsLeft;
    private bool isPending;
    private int pendingPort;
    private int position = SwitchStatus.BetweenPorts;
    private UnitDrive result = UnitDrive.Done;

    /// <summary>Takes the serial line.</summary>
    /// <param name="link">The module.</param>
    /// <param name="ports">User ports: ports 1 to this of the module.</param>
    /// <param name="darkPort">Port of the module to which nothing is connected, above <paramref name="ports"/>.</param>
    public SercaloUnit(IByteLink link, int ports, int darkPort)
    {
        this.link = link;
        this.darkPort = darkPort;
        Ports = ports;
    }

    /// <inheritdoc/>
    public int Ports { get; }

    /// <inheritdoc/>
    public bool HasReadBack => true;

    /// <inheritdoc/>
    public void Select(int port, long nowMs)
    {
        isPending = true;
        pendingPort = port == 0 ? darkPort : port;
        position = SwitchStatus.BetweenPorts;
        result = UnitDrive.Busy;
    }

    /// <inheritdoc/>
    public UnitDrive Poll(long nowMs)
    {
        if (isWaiting)
        {
            Exchange(nowMs);
        }

        if (!isWaiting && isPending)
        {
            isPending = false;
            Begin(SetPort, pendingPort, nowMs);
        }
        else if (!isWaiting && nowMs >= askNextMs)
        {
            Begin(GetPort, 0, nowMs);
        }

        return result;
    }

    /// <inheritdoc/>
    public int ReadBack() => position;

    /// <inheritdoc/>
    public void Release()
    {
        // The module has no drive to take away: it is told to go dark, and the light-enable line blocks until it has.
        isPending = true;
        pendingPort = darkPort;
    }

    private void Begin(byte code, int port, long nowMs)
    {
        bool hasData = code == SetPort;
        command[0] = 0xEF;
        command[1] = 0xEF;
        command[2] = (byte)(hasData ? 4 : 3);
        command[3] = 0xFF;
        command[4] = code;
        command[5] = (byte)port;
        commandBytes = hasData ? 7 : 6;
        command[commandBytes - 1] = Sum(command, commandBytes - 1);
        asked = code;
        attemptsLeft = Attempts;
        Send(nowMs);
    }

    private void Send(long nowMs)
    {
        attemptsLeft--;
        commandSent = 0;
        replyBytes = 0;
        isWaiting = true;
        deadlineMs = nowMs + ReplyTimeoutMs;
    }

    private void Exchange(long nowMs)
    {
        if (commandSent < commandBytes)
        {
            commandSent += link.Write(command, commandSent, commandBytes - commandSent);
        }

        replyBytes += link.Read(reply, replyBytes, reply.Length - replyBytes);
        Resynchronise();
        if (replyBytes >= 3 && replyBytes >= 3 + reply[2])
        {
            Judge(nowMs);
        }
        else if (nowMs >= deadlineMs)
        {
            Fail(nowMs);
        }
    }

    private void Resynchronise()
    {
        int skip = 0;
        while (skip < replyBytes && !CouldBegin(skip))
        {
            skip++;
        }

        if (skip > 0)
        {
            replyBytes -= skip;
            Array.Copy(reply, skip, reply, 0, replyBytes);
        }
    }

    private bool CouldBegin(int at) =>
        reply[at] == 0xFE
        && (at + 1 >= replyBytes || reply[at + 1] == 0xFE)
        && (at + 2 >= replyBytes || (reply[at + 2] >= 4 && reply[at + 2] <= ReplyBytesMax - 3));

    private void Judge(long nowMs)
    {
        int last = 2 + reply[2];
        bool isSound = reply[last] == Sum(reply, last) && reply[4] == asked && reply[5] == 0
            && (asked == SetPort || reply[2] >= 5);
        if (!isSound)
        {
            Fail(nowMs);
            return;
        }

        isWaiting = false;
        askNextMs = nowMs + AskIntervalMs;
        if (asked == SetPort)
        {
            result = isPending ? UnitDrive.Busy : UnitDrive.Done;
        }
        else
        {
            int port = reply[6];
            position = port == darkPort ? 0 : port >= 1 && port <= Ports ? port : SwitchStatus.BetweenPorts;
        }
    }

    private void Fail(long nowMs)
    {
        if (attemptsLeft > 0)
        {
            Send(nowMs);
            return;
        }

        isWaiting = false;
        askNextMs = nowMs + AskIntervalMs;
        position = SwitchStatus.BetweenPorts;
        result = asked == SetPort && !isPending ? UnitDrive.NoReply : result;
    }

    private static byte Sum(byte[] bytes, int count)
    {
        int sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += bytes[i];
        }

        return (byte)sum;
    }
}
