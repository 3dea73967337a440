using System;

namespace MdiQkd.Wire;

/// <summary>The fault table: every fault that came since start.</summary>
public sealed class FaultsReply : IWireMessage
{
    /// <summary>Faults in the table at most.</summary>
    public const int RecordsMax = 48;

    /// <summary>Makes an empty table.</summary>
    public FaultsReply()
    {
        Records = new FaultRecord[RecordsMax];
        for (int i = 0; i < RecordsMax; i++)
        {
            Records[i] = new FaultRecord();
        }
    }

    /// <summary>Lines in use.</summary>
    public int Count { get; set; }

    /// <summary>Lines; [<see cref="RecordsMax"/>], owned by this message, <see cref="Count"/> are valid.</summary>
    public FaultRecord[] Records { get; }

    /// <inheritdoc/>
    public int PayloadBytesMax => 4 + (RecordsMax * FaultRecord.PayloadBytes);

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, Count);
        int at = offset + 4;
        for (int i = 0; i < Count; i++)
        {
            at += Records[i].Encode(buffer, at);
        }

        return at - offset;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count < 4)
        {
            return WireError.BadLength;
        }

        uint records = LittleEndian.GetUInt32(buffer, offset);
        if (records > RecordsMax)
        {
            return WireError.OutOfRange;
        }

        if (count != 4 + ((int)records * FaultRecord.PayloadBytes))
        {
            return WireError.BadLength;
        }

        Count = (int)records;
        for (int i = 0; i < Count; i++)
        {
            WireError error = Records[i].Decode(buffer, offset + 4 + (i * FaultRecord.PayloadBytes), FaultRecord.PayloadBytes);
            if (error != WireError.None)
            {
                return error;
            }
        }

        return WireError.None;
    }
}
