using System.Buffers.Binary;
using System.Text;

namespace MdiQkd.Measurement.Tests.Acquisition;

/// <summary>Makes recordings of other makers' formats, byte by byte from their descriptions.</summary>
internal static class RecordingBytes
{
    public static byte[] Ptu(int type, long resolutionFs, uint[] records)
    {
        MemoryStream stream = new();
        stream.Write("PQTTTR\0\0"u8);
        stream.Write("1.0.00\0\0"u8);
        PtuTag(stream, "File_Comment", 0x4001_FFFF, 8);
        stream.Write(new byte[8]);
        PtuTag(stream, "TTResultFormat_TTTRRecType", 0x1000_0008, type);
        PtuTag(stream, "MeasDesc_GlobalResolution", 0x2000_0008, BitConverter.DoubleToInt64Bits(resolutionFs * 1e-15));
        PtuTag(stream, "TTResult_NumberOfRecords", 0x1000_0008, records.Length);
        PtuTag(stream, "Header_End", 0xFFFF_0008, 0);
        foreach (uint record in records)
        {
            stream.Write(BitConverter.GetBytes(record));
        }

        return stream.ToArray();
    }

    private static void PtuTag(MemoryStream stream, string ident, uint kind, long value)
    {
        byte[] tag = new byte[48];
        Encoding.ASCII.GetBytes(ident, tag);
        BinaryPrimitives.WriteInt32LittleEndian(tag.AsSpan(32), -1);
        BinaryPrimitives.WriteUInt32LittleEndian(tag.AsSpan(36), kind);
        BinaryPrimitives.WriteInt64LittleEndian(tag.AsSpan(40), value);
        stream.Write(tag);
    }

    public static byte[] Swabian(byte type, ushort missed, int channel, long timePs)
    {
        byte[] record = new byte[16];
        record[0] = type;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), missed);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), channel);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(8), timePs);
        return record;
    }

    /// <summary>Low word, then high word.</summary>
    public static byte[] SFifteen(long units, uint low)
    {
        byte[] record = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(record, ((uint)units << 10) | low);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(units >> 22));
        return record;
    }

    /// <summary>A file of shared/data beside the checkout or above it, or null.</summary>
    public static string? SampleFile(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
