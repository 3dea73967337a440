using System;

namespace MdiQkd.Wire;

/// <summary>
/// Finds frames in a stream of bytes and finds back after any loss: whatever is no sound frame is skipped up to the next sync, and
/// after a damaged payload the search begins again inside that payload, so that a damaged frame never swallows a sound one.
/// Usage: read into <see cref="Buffer"/> at <see cref="End"/>, at most <see cref="Room"/> bytes; <see cref="Commit"/>; call
/// <see cref="Next"/> until it says Incomplete. Allocates nothing after construction.
/// </summary>
public class FrameReader
{
    private readonly FrameHeader header = new FrameHeader();
    private readonly byte[] buffer;
    private readonly int payloadBytesMax;
    private int start;
    private int taken;
    private bool inSync = true;

    /// <summary>Makes a reader.</summary>
    /// <param name="payloadBytesMax">Longest payload that it takes: the buffer holds two frames of that size.</param>
    public FrameReader(int payloadBytesMax)
    {
        this.payloadBytesMax = payloadBytesMax;
        buffer = new byte[2 * (Frame.HeaderBytes + payloadBytesMax)];
    }

    /// <summary>Receive buffer; the reader owns it.</summary>
    public byte[] Buffer => buffer;

    /// <summary>Where the next received byte goes.</summary>
    public int End { get; private set; }

    /// <summary>Bytes that may be received now: never 0 after <see cref="Next"/> said Incomplete.</summary>
    public int Room => buffer.Length - End;

    /// <summary>Header of the frame that <see cref="Next"/> reported last.</summary>
    public FrameHeader Header => header;

    /// <summary>Where the payload of the frame begins in <see cref="Buffer"/>; valid until the next call of <see cref="Next"/>.</summary>
    public int PayloadOffset { get; private set; }

    /// <summary>Bytes of the payload.</summary>
    public int PayloadCount { get; private set; }

    /// <summary>Whether a frame has begun and its end has not come.</summary>
    public bool IsMidFrame => start + taken < End;

    /// <summary>Bytes that were part of no sound frame, since construction.</summary>
    public long DiscardedBytes { get; private set; }

    /// <summary>Says that <paramref name="count"/> bytes were received at <see cref="End"/>.</summary>
    public void Commit(int count)
    {
        if (count < 0 || count > Room)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }

        End += count;
    }

    /// <summary>Forgets everything received: after a link came up again.</summary>
    public void Reset()
    {
        start = 0;
        taken = 0;
        End = 0;
        inSync = true;
    }

    /// <summary>Gives up the frame that has begun, because its bytes stopped coming; what it holds is searched again.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Abandon()
    {
        if (!IsMidFrame)
        {
            return false;
        }

        Consume();
        Skip(1);
        inSync = false;
        return true;
    }

    /// <summary>Looks for the next frame.</summary>
    /// <returns>
    /// None: a frame, in <see cref="Header"/>, <see cref="PayloadOffset"/> and <see cref="PayloadCount"/>. Incomplete: receive
    /// more. Anything else: something was skipped; call again.
    /// </returns>
    public WireError Next()
    {
        Consume();
        int begin = start;
        while (true)
        {
            WireError error = header.Decode(buffer, start, End - start);
            if (error == WireError.Garbage || (error == WireError.BadHeader && !inSync))
            {
                Skip(1);
                continue;
            }

            if (start != begin && inSync)
            {
                inSync = false;
                return WireError.Garbage;
            }

            return error == WireError.None ? Payload() : Refuse(error);
        }
    }

    /// <summary>Checksum of a payload; a host overrides it with the processor's own instruction.</summary>
    protected virtual uint Checksum(byte[] source, int offset, int count) => Crc32C.Compute(source, offset, count);

    private WireError Payload()
    {
        if (header.PayloadBytes > payloadBytesMax)
        {
            return Refuse(WireError.Oversized);
        }

        int frameBytes = Frame.HeaderBytes + (int)header.PayloadBytes;
        if (End - start < frameBytes)
        {
            return Refuse(WireError.Incomplete);
        }

        if (Checksum(buffer, start + Frame.HeaderBytes, (int)header.PayloadBytes) != header.PayloadChecksum)
        {
            return Refuse(WireError.BadPayload);
        }

        PayloadOffset = start + Frame.HeaderBytes;
        PayloadCount = (int)header.PayloadBytes;
        taken = frameBytes;
        inSync = true;
        return WireError.None;
    }

    private WireError Refuse(WireError error)
    {
        if (error == WireError.Incomplete)
        {
            MoveToFront();
            return error;
        }

        // The header of another version is sound and passed over whole; everything else is searched from its second byte on.
        Skip(error == WireError.UnsupportedVersion ? Frame.HeaderBytes : 1);
        inSync = false;
        return error;
    }

    private void Consume()
    {
        start += taken;
        taken = 0;
    }

    private void Skip(int count)
    {
        start += count;
        DiscardedBytes += count;
    }

    private void MoveToFront()
    {
        if (start > 0)
        {
            Array.Copy(buffer, start, buffer, 0, End - start);
            End -= start;
            start = 0;
        }
    }
}
