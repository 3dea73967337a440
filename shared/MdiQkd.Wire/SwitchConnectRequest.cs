namespace MdiQkd.Wire;

/// <summary>
/// Routes, one or two: which user reaches which measurement input. Inputs without a route are dark. The codec checks the form
/// only; ranges and contradictions are the device's to name.
/// </summary>
public sealed class SwitchConnectRequest : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 8;

    /// <summary>Routes, 1 or 2.</summary>
    public int RouteCount { get; set; }

    /// <summary>Measurement input of each route, 1 or 2; [<see cref="WireProtocol.SwitchInputs"/>], owned by this message.</summary>
    public byte[] Inputs { get; } = new byte[WireProtocol.SwitchInputs];

    /// <summary>User of each route, from 1; [<see cref="WireProtocol.SwitchInputs"/>], owned by this message.</summary>
    public byte[] Users { get; } = new byte[WireProtocol.SwitchInputs];

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <summary>Sets both routes: one user to input 1, one to input 2.</summary>
    public void SetPair(int userOnInput1, int userOnInput2)
    {
        RouteCount = 2;
        Inputs[0] = 1;
        Users[0] = (byte)userOnInput1;
        Inputs[1] = 2;
        Users[1] = (byte)userOnInput2;
    }

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt32(buffer, offset, RouteCount);
        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            buffer[offset + 4 + (2 * i)] = i < RouteCount ? Inputs[i] : (byte)0;
            buffer[offset + 5 + (2 * i)] = i < RouteCount ? Users[i] : (byte)0;
        }

        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        uint routes = LittleEndian.GetUInt32(buffer, offset);
        RouteCount = (int)routes;
        bool isSound = routes >= 1 && routes <= WireProtocol.SwitchInputs;
        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            Inputs[i] = buffer[offset + 4 + (2 * i)];
            Users[i] = buffer[offset + 5 + (2 * i)];
            isSound &= i < routes || (Inputs[i] == 0 && Users[i] == 0);
        }

        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
