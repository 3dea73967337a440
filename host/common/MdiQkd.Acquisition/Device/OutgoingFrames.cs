using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>Frames to a board, numbered, in a buffer that a slow link empties at its own pace.</summary>
internal sealed class OutgoingFrames
{
    // 45 of the longest frames: a link that has taken none of them for seconds is stuck.
    private const int BufferBytes = 4096;

    private readonly byte[] buffer = new byte[BufferBytes];
    private int start;
    private int end;
    private uint sequence;

    /// <summary>Whether bytes wait for the link.</summary>
    public bool HasBacklog => end > start;

    /// <summary>Forgets what was not sent: the link is gone.</summary>
    public void Clear() => start = end = 0;

    /// <summary>Adds a frame.</summary>
    /// <exception cref="IOException">The link has taken nothing for so long that the buffer is full.</exception>
    public void Add(MessageType type, int requestId, IWireMessage? message)
    {
        int payloadBytesMax = message?.PayloadBytesMax ?? 0;
        if (buffer.Length - end < Frame.HeaderBytes + payloadBytesMax)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (buffer.Length - end < Frame.HeaderBytes + payloadBytesMax)
        {
            throw new IOException("the link takes no bytes");
        }

        int payloadBytes = message?.Encode(buffer, end + Frame.HeaderBytes) ?? 0;
        end += Frame.Seal(buffer, end, type, sequence++, requestId, payloadBytes);
    }

    /// <summary>Gives the link what it takes.</summary>
    /// <exception cref="IOException">The link has failed.</exception>
    public void Flush(IDeviceLink link)
    {
        while (end > start)
        {
            int taken = link.Write(buffer.AsSpan(start, end - start));
            if (taken == 0)
            {
                return;
            }

            start += taken;
        }

        Clear();
    }
}
