using System.Buffers.Binary;
using System.Text;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>What reading a PicoQuant unified TTTR file needs of its header.</summary>
/// <param name="RecordType">Layout of the records.</param>
/// <param name="ResolutionFs">Length of a tick, femtoseconds (MeasDesc_GlobalResolution).</param>
/// <param name="Records">Number of records that the file claims to hold (TTResult_NumberOfRecords).</param>
public sealed record PtuHeader(PtuRecordType RecordType, long ResolutionFs, long Records)
{
    /// <summary>Longest header that is read; real ones have about 5 kB.</summary>
    public const int BytesMax = 1 << 20;

    private const int TagBytes = 48;
    private const int IdentBytes = 32;
    private const uint Float = 0x2000_0008;
    private const uint FloatArray = 0x2001_FFFF;
    private const uint AnsiText = 0x4001_FFFF;
    private const uint WideText = 0x4002_FFFF;
    private const uint Blob = 0xFFFF_FFFF;

    /// <summary>Reads magic, version and tags up to Header_End; leaves the stream at the first record.</summary>
    /// <param name="stream">At its start.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The header, or null and why there is none.</returns>
    public static async ValueTask<(PtuHeader? Header, TimeTagError Error)> ReadAsync(Stream stream, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] tag = new byte[TagBytes];
        if (await stream.ReadAtLeastAsync(tag.AsMemory(0, 16), 16, false, ct).ConfigureAwait(false) < 16)
        {
            return (null, TimeTagError.Truncated);
        }

        if (!tag.AsSpan(0, 8).SequenceEqual("PQTTTR\0\0"u8))
        {
            return (null, TimeTagError.BadMagic);
        }

        int type = 0;
        long resolutionFs = 0;
        long records = -1;
        for (long left = BytesMax; left > 0; left -= TagBytes)
        {
            if (await stream.ReadAtLeastAsync(tag, TagBytes, false, ct).ConfigureAwait(false) < TagBytes)
            {
                return (null, TimeTagError.Truncated);
            }

            long value = BinaryPrimitives.ReadInt64LittleEndian(tag.AsSpan(40));
            uint kind = BinaryPrimitives.ReadUInt32LittleEndian(tag.AsSpan(36));
            switch (Encoding.ASCII.GetString(tag, 0, IdentBytes).TrimEnd('\0'))
            {
                case "Header_End":
                    return Finish(type, resolutionFs, records);
                case "TTResultFormat_TTTRRecType":
                    type = (int)value;
                    break;
                case "MeasDesc_GlobalResolution" when kind == Float:
                    double seconds = BitConverter.Int64BitsToDouble(value);
                    resolutionFs = seconds is > 0 and < 1e-3 ? (long)Math.Round(seconds * 1e15) : 0;
                    break;
                case "TTResult_NumberOfRecords":
                    records = value;
                    break;
                default:
                    break;
            }

            if (kind is FloatArray or AnsiText or WideText or Blob)
            {
                left -= value;
                if (value < 0 || left <= 0)
                {
                    return (null, TimeTagError.Oversized);
                }

                byte[] skipped = new byte[value];
                if (await stream.ReadAtLeastAsync(skipped, skipped.Length, false, ct).ConfigureAwait(false) < skipped.Length)
                {
                    return (null, TimeTagError.Truncated);
                }
            }
        }

        return (null, TimeTagError.Oversized);
    }

    private static (PtuHeader? Header, TimeTagError Error) Finish(int type, long resolutionFs, long records) =>
        !Enum.IsDefined((PtuRecordType)type) ? (null, TimeTagError.UnknownVersion)
        : resolutionFs <= 0 || records < 0 ? (null, TimeTagError.BadHeader)
        : (new PtuHeader((PtuRecordType)type, resolutionFs, records), TimeTagError.None);
}
