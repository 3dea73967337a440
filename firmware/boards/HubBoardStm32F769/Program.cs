using System;
using MdiQkd.Firmware.Adapters;

namespace MdiQkd.Firmware.Boards.HubBoardStm32F769;

/// <summary>Hub board on an STM32F769I-DISCO.</summary>
public static class Program
{
    private const string HostPort = "COM6";
    private const int HostBaudRate = 921_600;

    /// <summary>Runs the board.</summary>
    public static void Main()
    {
        try
        {
            NanoBoard.Run(PinMap.Plan(), HostPort, HostBaudRate);
        }
        catch (Exception)
        {
            // An exception that leaves Main ends the program without a trace.
        }
    }
}
