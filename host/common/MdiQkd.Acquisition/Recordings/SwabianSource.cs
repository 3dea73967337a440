using System.Buffers.Binary;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// Swabian Instruments tags of 16 bytes: type, 0, missed events (u16), channel (i32), time (i64, ps). Channels 1 to 255 are
/// delivered under their number. Between overflow begin and end every block reports a loss.
/// </summary>
/// <param name="stream">Recording; disposed in the end.</param>
public sealed class SwabianSource(Stream stream) : RecordingSource(stream, RecordBytes)
{
    private const int RecordBytes = 16;
    private bool overflowing;

    private protected override void Decode(ReadOnlySpan<byte> records)
    {
        if (overflowing)
        {
            AddLost(1);
        }

        for (; !records.IsEmpty; records = records[RecordBytes..])
        {
            int channel = BinaryPrimitives.ReadInt32LittleEndian(records[4..]);
            switch (records[0])
            {
                case 0 when channel is > 0 and < 256:
                    AddTag(BinaryPrimitives.ReadInt64LittleEndian(records[8..]), (byte)channel);
                    break;
                case 1:
                    AddLost(1);
                    break;
                case 2:
                    overflowing = true;
                    AddLost(1);
                    break;
                case 3:
                    overflowing = false;
                    AddLost(1);
                    break;
                case 4:
                    AddLost(Math.Max((ushort)1, BinaryPrimitives.ReadUInt16LittleEndian(records[2..])));
                    break;
                default:
                    Skip();
                    break;
            }
        }
    }
}
