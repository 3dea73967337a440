using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>
/// Frames in and out over a byte link that may take or give any number of bytes at a time. Counts everything that is wrong with
/// what comes in. One frame goes out at a time; a link that takes no bytes holds the next one back.
/// </summary>
public sealed class DeviceLink
{
    private const int ReadsPerRound = 8;

    private readonly IByteLink link;
    private readonly FaultLog faults;
    private readonly FrameReader reader = new FrameReader(WireProtocol.RequestPayloadBytesMax);
    private byte[] outgoing;
    private int outgoingAt;
    private int outgoingEnd;
    private uint sequence;
    private uint expected;
    private bool hasExpected;
    private bool wasOpen;
    private long lastByteMs;

    /// <summary>Takes the link.</summary>
    public DeviceLink(IByteLink link, FaultLog faults)
    {
        this.link = link;
        this.faults = faults;
    }

    /// <summary>Reader of the frame that <see cref="TryReceive"/> found last.</summary>
    public FrameReader Reader => reader;

    /// <summary>When the last sound frame came, ms.</summary>
    public long LastFrameMs { get; private set; }

    /// <summary>Sound frames received.</summary>
    public uint FramesReceived { get; private set; }

    /// <summary>Damaged, oversized or abandoned frames, and runs of bytes that are no frame.</summary>
    public uint FramesRejected { get; private set; }

    /// <summary>Frames of the host that never came.</summary>
    public uint FramesMissed { get; private set; }

    /// <summary>
    /// Whether the link was open at the last <see cref="HasClosed"/>, the one place that asks: a link between two hosts may be closed for one look only.
    /// </summary>
    public bool IsOpen => wasOpen;

    /// <summary>Whether a frame is still going out.</summary>
    public bool IsSending => outgoing != null;

    /// <summary>Looks whether the link closed since the last call; then everything half done is forgotten.</summary>
    public bool HasClosed()
    {
        bool isOpen = link.IsOpen;
        bool hasClosed = wasOpen && !isOpen;
        if (isOpen != wasOpen)
        {
            reader.Reset();
            outgoing = null;
            hasExpected = false;
        }

        wasOpen = isOpen;
        if (hasClosed)
        {
            faults.Raise(FaultCode.LinkLost, 0);
        }

        return hasClosed;
    }

    /// <summary>Next frame that has come.</summary>
    public LinkEvent TryReceive(long nowMs)
    {
        int reads = 0;
        while (true)
        {
            WireError error = reader.Next();
            if (error == WireError.None)
            {
                Count(nowMs);
                return LinkEvent.Frame;
            }

            if (error == WireError.UnsupportedVersion)
            {
                FramesRejected++;
                faults.Raise(FaultCode.WrongVersion, reader.Header.Version);
                return LinkEvent.WrongVersion;
            }

            if (error != WireError.Incomplete)
            {
                Reject(error);
            }
            else if (reads == ReadsPerRound || !Receive(nowMs))
            {
                return LinkEvent.None;
            }
            else
            {
                reads++;
            }
        }
    }

    /// <summary>Sends what can be sent of the frame that is going out.</summary>
    /// <returns>Whether the link is free for another frame.</returns>
    public bool Flush()
    {
        while (outgoing != null)
        {
            int taken = link.Write(outgoing, outgoingAt, outgoingEnd - outgoingAt);
            outgoingAt += taken;
            if (outgoingAt == outgoingEnd)
            {
                outgoing = null;
            }
            else if (taken == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Begins to send a frame; <see cref="Flush"/> must have said that the link is free.</summary>
    /// <param name="frame">Payload behind room for the header; lent until the frame is out.</param>
    /// <param name="type">Kind of message.</param>
    /// <param name="requestId">Request that it answers, or 0.</param>
    /// <param name="payloadBytes">Length of the payload.</param>
    /// <param name="payloadChecksum">CRC-32C of the payload.</param>
    public void Send(byte[] frame, MessageType type, int requestId, int payloadBytes, uint payloadChecksum)
    {
        outgoingEnd = Frame.Seal(frame, 0, type, sequence++, requestId, payloadBytes, payloadChecksum);
        outgoingAt = 0;
        outgoing = frame;
    }

    private bool Receive(long nowMs)
    {
        int count = link.Read(reader.Buffer, reader.End, reader.Room);
        if (count > 0)
        {
            reader.Commit(count);
            lastByteMs = nowMs;
            return true;
        }

        if (nowMs - lastByteMs >= WireProtocol.MidFrameSilenceMs && reader.Abandon())
        {
            FramesRejected++;
            faults.Raise(FaultCode.FrameAbandoned, 0);
            return true;
        }

        return false;
    }

    private void Count(long nowMs)
    {
        FramesReceived++;
        LastFrameMs = nowMs;
        uint missed = reader.Header.Sequence - expected;
        if (hasExpected && missed != 0 && missed < 0x80000000)
        {
            FramesMissed += missed;
            faults.Raise(FaultCode.SequenceGap, (int)missed);
        }

        expected = reader.Header.Sequence + 1;
        hasExpected = true;
    }

    private void Reject(WireError error)
    {
        FramesRejected++;
        if (error == WireError.Garbage)
        {
            faults.Raise(FaultCode.GarbageReceived, (int)reader.DiscardedBytes);
        }
        else
        {
            faults.Raise(FaultCode.FrameCorrupt, (int)error);
        }
    }
}
