using System;
using System.Threading;

namespace MdiQkd.Firmware.Link;

/// <summary>Runs a board for ever: an interrupt, or a millisecond, starts the next round.</summary>
public sealed class DeviceLoop
{
    private readonly HubDevice device;
    private readonly AutoResetEvent wake;
    private readonly int idleMs;
    private bool isStopping;

    /// <summary>Takes the board.</summary>
    /// <param name="device">The board.</param>
    /// <param name="wake">Set by interrupts and by arriving bytes.</param>
    /// <param name="idleMs">Longest sleep when there is nothing to do, ms: the resolution of all times of the switch.</param>
    public DeviceLoop(HubDevice device, AutoResetEvent wake, int idleMs)
    {
        this.device = device;
        this.wake = wake;
        this.idleMs = idleMs;
    }

    /// <summary>Starts the board and runs it until <see cref="Stop"/>.</summary>
    public void Run()
    {
        device.Start();
        while (!isStopping)
        {
            if (!TryPoll())
            {
                wake.WaitOne(idleMs, false);
            }
        }
    }

    /// <summary>Ends <see cref="Run"/> after its round; from any thread.</summary>
    public void Stop()
    {
        isStopping = true;
        wake.Set();
    }

    private bool TryPoll()
    {
        try
        {
            return device.Poll();
        }
        catch (Exception)
        {
            // On the device an exception that leaves Main ends the program without a trace; here the light goes off and the host hears of it.
            device.GoDarkAfterError();
            return false;
        }
    }
}
