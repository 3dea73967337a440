using System.Buffers.Binary;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// Tells formats apart by content, and by the file's extension if the content says nothing (an empty file). Formats without a
/// signature are recognised by what their records have in common: small numbers in their type and channel fields, and times
/// that mostly ascend.
/// </summary>
public static class RecordingFormats
{
    /// <summary>Bytes at the start of a file that detection looks at.</summary>
    public const int HeadBytes = 1 << 14;

    private const int SwabianBytes = 16;
    private const int SFifteenBytes = 8;

    // Share of sound records: damage of a tenth of the head does not hide a format.
    private const double SoundShare = 0.9;

    private const int SwabianChannelMax = 1024;

    /// <summary>The format of a file.</summary>
    /// <param name="head">Its first bytes, <see cref="HeadBytes"/> or all.</param>
    /// <param name="extension">Extension of its name with or without the dot; may be empty.</param>
    public static RecordingFormat Detect(ReadOnlySpan<byte> head, string extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return head.StartsWith("PQTTTR"u8) ? RecordingFormat.PicoQuantPtu
            : head.StartsWith("MQTS"u8) ? RecordingFormat.TagStream
            : head.StartsWith("MQTF"u8) ? RecordingFormat.TagFile
            : IsSwabian(head) ? RecordingFormat.Swabian
            : IsSFifteen(head, highWordFirst: true) ? RecordingFormat.SFifteen
            : IsSFifteen(head, highWordFirst: false) ? RecordingFormat.SFifteenLowWordFirst
            : OfExtension(extension);
    }

    /// <summary>The format that an extension stands for.</summary>
    public static RecordingFormat OfExtension(string extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return extension.TrimStart('.').ToUpperInvariant() switch
        {
            "PTU" => RecordingFormat.PicoQuantPtu,
            "MQTS" => RecordingFormat.TagStream,
            "MQTF" => RecordingFormat.TagFile,
            "SWABIAN" => RecordingFormat.Swabian,
            "A1" or "S15" => RecordingFormat.SFifteen,
            _ => RecordingFormat.Unknown,
        };
    }

    private static bool IsSwabian(ReadOnlySpan<byte> head)
    {
        int sound = 0;
        long previous = long.MinValue;
        int records = head.Length / SwabianBytes;
        for (int i = 0; i < records; i++)
        {
            ReadOnlySpan<byte> record = head.Slice(i * SwabianBytes, SwabianBytes);
            int channel = BinaryPrimitives.ReadInt32LittleEndian(record[4..]);
            long timePs = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
            bool ascends = timePs >= previous;
            previous = timePs;
            sound += record[0] <= 4 && record[1] == 0 && channel is >= -SwabianChannelMax and <= SwabianChannelMax
                && timePs >= 0 && ascends ? 1 : 0;
        }

        return records > 0 && sound >= SoundShare * records;
    }

    private static bool IsSFifteen(ReadOnlySpan<byte> head, bool highWordFirst)
    {
        int sound = 0;
        ulong previous = 0;
        int records = head.Length / SFifteenBytes;
        for (int i = 0; i < records; i++)
        {
            (ulong units, uint low) = SFifteenSource.Split(head[(i * SFifteenBytes)..], highWordFirst);
            bool ascends = units >= previous;
            previous = units;

            // Bits 9:5 are not used; an event names a detector, a roll-over dummy has bit 4.
            sound += (low & 0x3E0) == 0 && (low & 0x1F) != 0 && ascends ? 1 : 0;
        }

        return records > 0 && sound >= SoundShare * records;
    }
}
