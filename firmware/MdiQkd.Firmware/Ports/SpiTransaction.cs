using System;

namespace MdiQkd.Firmware.Ports;

/// <summary>Makes a failing bus a value: the platforms throw different types, what they mean is the same.</summary>
public static class SpiTransaction
{
    /// <summary>Transfers.</summary>
    /// <returns>False if the bus failed.</returns>
    public static bool Try(ISpiBus bus, byte[] write, byte[] read)
    {
        try
        {
            bus.Transfer(write, read);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
