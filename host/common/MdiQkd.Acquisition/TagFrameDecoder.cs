namespace MdiQkd.Acquisition;

/// <summary>
/// Decodes the frames of one tag stream in order: checks header, checksum, payload, and that sequence number and times follow
/// the frame before. After the first error it decodes nothing more.
/// </summary>
public sealed class TagFrameDecoder
{
    private uint nextSequence;
    private long watermarkPs = -1;

    /// <summary>Whether the end frame was decoded.</summary>
    public bool Ended { get; private set; }

    /// <summary>First error, if any.</summary>
    public TimeTagError Error { get; private set; }

    /// <summary>Decodes one whole frame.</summary>
    /// <param name="source">Header and payload, nothing else.</param>
    /// <param name="block">Overwritten; empty after an error.</param>
    /// <returns>False after an error, and after an end frame.</returns>
    public bool TryDecode(ReadOnlySpan<byte> source, TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        if (Error == TimeTagError.None)
        {
            Error = Ended ? TimeTagError.OutOfOrder : Decode(source, block);
        }

        if (Error != TimeTagError.None)
        {
            block.Clear();
            return false;
        }

        return !Ended;
    }

    private TimeTagError Decode(ReadOnlySpan<byte> source, TimeTagBlock block)
    {
        TimeTagError error = TagFrame.TryRead(source, out TagFrame frame);
        if (error != TimeTagError.None)
        {
            return error;
        }

        ReadOnlySpan<byte> payload = source[TagFrame.HeaderBytes..];
        if (payload.Length != frame.PayloadBytes)
        {
            return payload.Length < frame.PayloadBytes ? TimeTagError.Truncated : TimeTagError.BadPayload;
        }

        uint register = Crc32C.Update(Crc32C.Initial, source[..TagFrame.ChecksumOffset]);
        bool sound = TryDecodePayload(payload, frame, block, ref register);
        if (~register != frame.Checksum)
        {
            return TimeTagError.BadChecksum;
        }

        if (frame.Sequence != nextSequence || frame.WatermarkPs < watermarkPs
            || (frame.Count > 0 && frame.FirstPs <= watermarkPs))
        {
            return TimeTagError.OutOfOrder;
        }

        if (!sound)
        {
            return TimeTagError.BadPayload;
        }

        if (frame.Count > 0 && block.TimePs(frame.Count - 1) > frame.WatermarkPs)
        {
            return TimeTagError.OutOfOrder;
        }

        nextSequence++;
        watermarkPs = frame.WatermarkPs;
        Ended = frame.Kind == TagFrameKind.End;
        block.WatermarkPs = frame.WatermarkPs;
        block.LostTags = frame.LostTags;
        return TimeTagError.None;
    }

    // What a wrong checksum covers may be anything: it is decoded all the same, within its bounds, and dropped.
    private static bool TryDecodePayload(ReadOnlySpan<byte> payload, in TagFrame frame, TimeTagBlock block, ref uint register)
    {
        if (frame.ValueBytes > 0)
        {
            return EvenPayload.TryDecode(payload, frame, block, EvenPayload.IsAccelerated, ref register);
        }

        register = Crc32C.Update(register, payload);
        block.EnsureCapacity(frame.Count);
        block.Count = frame.Count;
        return TagPayload.TryDecode(payload, frame.Count, frame.FirstPs, frame.ChannelBits, block.TimesPs, block.Channels);
    }
}
