using System;
using System.Device.Gpio;
using System.Threading;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Link;
using nanoFramework.Runtime.Native;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Runs a hub board on a microcontroller for ever.</summary>
public static class NanoBoard
{
    private const int IdleMs = 1;

    // Long enough for nanoff and a debugger to get hold of the board.
    private const int RebootDelayMs = 5000;

    /// <summary>
    /// Builds the board and runs it. If that fails the board restarts after five seconds; until then the watchdog is not fed and light-enable is low.
    /// </summary>
    /// <param name="plan">What is fitted, and where.</param>
    /// <param name="portName">Serial port of the host.</param>
    /// <param name="baudRate">Bits per second.</param>
    public static void Run(HubBoardPlan plan, string portName, int baudRate)
    {
        AutoResetEvent wake = new AutoResetEvent(false);
        try
        {
            DeviceClock clock = new DeviceClock();
            HubBoardBuilder builder = new HubBoardBuilder(
                plan, new GpioController(), (bus, select, clockHz, mode) => new SpiBus(bus, select, clockHz, mode), wake);
            SerialLink link = new SerialLink(portName, baudRate, wake);
            BoardParts parts = builder.Build(link, clock, new BoardSensors(clock));
            new DeviceLoop(new HubDevice(parts), wake, IdleMs).Run();
        }
        catch (Exception)
        {
            // Nothing can be told to the host from here; it sees that the board does not answer.
        }

        new AutoResetEvent(false).WaitOne(RebootDelayMs, false);
        Power.RebootDevice();
    }
}
