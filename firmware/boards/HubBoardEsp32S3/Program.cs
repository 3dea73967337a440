using System;
using MdiQkd.Firmware.Adapters;
using nanoFramework.Hardware.Esp32;

namespace MdiQkd.Firmware.Boards.HubBoardEsp32S3;

/// <summary>Hub board on an ESP32-S3.</summary>
public static class Program
{
    private const string HostPort = "COM2";
    private const int HostBaudRate = 921_600;

    /// <summary>Assigns the pins of the buses and runs the board.</summary>
    public static void Main()
    {
        try
        {
            Configuration.SetPinFunction(PinMap.HostTx, DeviceFunction.COM2_TX);
            Configuration.SetPinFunction(PinMap.HostRx, DeviceFunction.COM2_RX);
            Configuration.SetPinFunction(PinMap.TaggerClock, DeviceFunction.SPI1_CLOCK);
            Configuration.SetPinFunction(PinMap.TaggerMosi, DeviceFunction.SPI1_MOSI);
            Configuration.SetPinFunction(PinMap.TaggerMiso, DeviceFunction.SPI1_MISO);
            Configuration.SetPinFunction(PinMap.DriverClock, DeviceFunction.SPI2_CLOCK);
            Configuration.SetPinFunction(PinMap.DriverMosi, DeviceFunction.SPI2_MOSI);
            Configuration.SetPinFunction(PinMap.DriverMiso, DeviceFunction.SPI2_MISO);
        }
        catch (Exception)
        {
            // A bus without its pins cannot be opened, and the board restarts.
        }

        NanoBoard.Run(PinMap.Plan(), HostPort, HostBaudRate);
    }
}
