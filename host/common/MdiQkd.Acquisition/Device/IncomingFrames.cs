using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>Frames from a board; counts everything that is wrong with what comes in. Allocates nothing.</summary>
internal sealed class IncomingFrames
{
    private readonly HostFrameReader reader = new();
    private long lastByteMs;
    private uint expected;
    private bool hasExpected;

    /// <summary>Header of the frame that was found last.</summary>
    public FrameHeader Header => reader.Header;

    /// <summary>Its payload; valid until the next call.</summary>
    public ReadOnlySpan<byte> Payload => reader.Buffer.AsSpan(reader.PayloadOffset, reader.PayloadCount);

    /// <summary>Sound frames.</summary>
    public long Received { get; private set; }

    /// <summary>Everything that was no sound frame.</summary>
    public long Rejected { get; private set; }

    /// <summary>Frames that never came.</summary>
    public long Missed { get; private set; }

    /// <summary>Bytes that were part of no sound frame.</summary>
    public long DiscardedBytes => reader.DiscardedBytes;

    /// <summary>Begins anew on another link.</summary>
    public void Reset(long nowMs)
    {
        reader.Reset();
        hasExpected = false;
        lastByteMs = nowMs;
    }

    /// <summary>Looks for the next frame.</summary>
    /// <returns>None: a frame. UnsupportedVersion: the header of one. Incomplete: nothing more has arrived.</returns>
    /// <exception cref="IOException">The link has failed.</exception>
    public WireError Next(IDeviceLink link, long nowMs)
    {
        while (true)
        {
            WireError error = reader.Next();
            switch (error)
            {
                case WireError.None:
                    Count();
                    return error;
                case WireError.UnsupportedVersion:
                    Rejected++;
                    return error;
                case WireError.Incomplete:
                    if (!Receive(link, nowMs))
                    {
                        return error;
                    }

                    break;
                default:
                    Rejected++;
                    break;
            }
        }
    }

    /// <summary>Reads the payload of the frame that was found last.</summary>
    /// <returns>Whether it is sound; if not it counts as rejected.</returns>
    public bool TryDecode(IWireMessage message)
    {
        bool isSound = message.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount) == WireError.None;
        Rejected += isSound ? 0 : 1;
        return isSound;
    }

    /// <summary>Reads the header of a tag block; the same.</summary>
    public bool TryDecode(TagBlock block)
    {
        bool isSound = block.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount) == WireError.None;
        Rejected += isSound ? 0 : 1;
        return isSound;
    }

    private bool Receive(IDeviceLink link, long nowMs)
    {
        int count = link.Read(reader.Buffer.AsSpan(reader.End, reader.Room));
        if (count > 0)
        {
            reader.Commit(count);
            lastByteMs = nowMs;
            return true;
        }

        if (nowMs - lastByteMs >= WireProtocol.MidFrameSilenceMs && reader.Abandon())
        {
            Rejected++;
            return true;
        }

        return false;
    }

    private void Count()
    {
        Received++;
        uint missed = reader.Header.Sequence - expected;
        Missed += hasExpected && missed < 0x8000_0000 ? missed : 0;
        expected = reader.Header.Sequence + 1;
        hasExpected = true;
    }
}
