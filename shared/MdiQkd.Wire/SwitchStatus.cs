namespace MdiQkd.Wire;

/// <summary>Where the optical switch is.</summary>
public sealed class SwitchStatus : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 24;

    /// <summary>Read-back of a unit that reports no position.</summary>
    public const byte NoReadBack = 0xFF;

    /// <summary>Read-back of a unit between two positions, or of one that does not answer.</summary>
    public const byte BetweenPorts = 0xFE;

    /// <summary>State of the whole switch.</summary>
    public SwitchState State { get; set; }

    /// <summary>Whether the line that blocks all light lets it pass.</summary>
    public bool IsLightEnabled { get; set; }

    /// <summary>Fault that holds the switch dark, or None.</summary>
    public FaultCode Fault { get; set; }

    /// <summary>User whose light reaches each input, 0 = dark, as commanded; [<see cref="WireProtocol.SwitchInputs"/>].</summary>
    public byte[] Users { get; } = new byte[WireProtocol.SwitchInputs];

    /// <summary>
    /// Port that each unit reported last: 0 = dark, <see cref="NoReadBack"/>, <see cref="BetweenPorts"/>;
    /// [<see cref="WireProtocol.SwitchInputs"/>].
    /// </summary>
    public byte[] ReadBack { get; } = new byte[WireProtocol.SwitchInputs];

    /// <summary>Moves that were repeated because they were not verified, since start.</summary>
    public uint Retries { get; set; }

    /// <summary>Rest of the lock-out, ms.</summary>
    public int LockOutMs { get; set; }

    /// <summary>Operations of each unit since its first use, if the host restored the counts; [<see cref="WireProtocol.SwitchInputs"/>].</summary>
    public uint[] Operations { get; } = new uint[WireProtocol.SwitchInputs];

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        buffer[offset] = (byte)State;
        buffer[offset + 1] = IsLightEnabled ? (byte)1 : (byte)0;
        LittleEndian.PutUInt16(buffer, offset + 2, (int)Fault);
        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            buffer[offset + 4 + i] = Users[i];
            buffer[offset + 6 + i] = ReadBack[i];
            LittleEndian.PutUInt32(buffer, offset + 16 + (4 * i), Operations[i]);
        }

        LittleEndian.PutUInt32(buffer, offset + 8, Retries);
        LittleEndian.PutInt32(buffer, offset + 12, LockOutMs);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        State = (SwitchState)buffer[offset];
        IsLightEnabled = buffer[offset + 1] == 1;
        Fault = (FaultCode)LittleEndian.GetUInt16(buffer, offset + 2);
        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            Users[i] = buffer[offset + 4 + i];
            ReadBack[i] = buffer[offset + 6 + i];
            Operations[i] = LittleEndian.GetUInt32(buffer, offset + 16 + (4 * i));
        }

        Retries = LittleEndian.GetUInt32(buffer, offset + 8);
        LockOutMs = LittleEndian.GetInt32(buffer, offset + 12);
        bool isSound = State <= SwitchState.Faulted && buffer[offset + 1] <= 1 && LockOutMs >= 0;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
