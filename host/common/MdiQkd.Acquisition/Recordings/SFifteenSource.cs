using System.Buffers.Binary;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// S-Fifteen "a1" records of two 32-bit words: 54 bits of time in units of 1/256 ns (3.90625 ps), bit 4 a roll-over dummy, bits
/// 3:0 the detectors that clicked, delivered as channels 1 to 4.
/// </summary>
/// <param name="stream">Recording; disposed in the end.</param>
/// <param name="highWordFirst">The legacy order of the two words.</param>
public sealed class SFifteenSource(Stream stream, bool highWordFirst = true) : RecordingSource(stream, RecordBytes)
{
    private const int RecordBytes = 8;
    private const uint Dummy = 1 << 4;
    private const uint Detectors = 15;

    /// <summary>Time in units of 1/256 ns, and the low word, whose bits 4:0 say what the record is.</summary>
    internal static (ulong Units, uint Low) Split(ReadOnlySpan<byte> record, bool highWordFirst)
    {
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(record);
        uint second = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        (ulong high, uint low) = highWordFirst ? (first, second) : (second, first);
        return ((high << 22) | (low >> 10), low);
    }

    private protected override void Decode(ReadOnlySpan<byte> records)
    {
        for (; !records.IsEmpty; records = records[RecordBytes..])
        {
            (ulong units, uint low) = Split(records, highWordFirst);

            // 54 bits times 125 stay below 2^61.
            long timePs = (long)(units * 125 / 32);
            if ((low & Dummy) != 0)
            {
                Counters.Overflows++;
            }
            else if ((low & Detectors) == 0)
            {
                Skip();
            }
            else
            {
                for (int detector = 0; detector < 4; detector++)
                {
                    if ((low >> detector & 1) != 0)
                    {
                        AddTag(timePs, (byte)(detector + 1));
                    }
                }
            }
        }
    }
}
