using System.Device.Gpio;
using System.Threading;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>An input on a pin of the board.</summary>
public sealed class GpioInput : IDigitalInput
{
    private readonly GpioPin pin;

    /// <summary>Opens the pin.</summary>
    /// <param name="controller">Pins of the board.</param>
    /// <param name="pinNumber">Number of the pin.</param>
    /// <param name="mode">Input, or input with pull-up or pull-down: an open line must read as its safe level.</param>
    /// <param name="wake">Set on each edge, so that the main loop looks at the level at once; null if it need not.</param>
    public GpioInput(GpioController controller, int pinNumber, PinMode mode, AutoResetEvent wake = null)
    {
        pin = controller.OpenPin(pinNumber, mode);
        if (wake != null)
        {
            pin.ValueChanged += (sender, change) => wake.Set();
        }
    }

    /// <summary>Opens several pins that wake nobody.</summary>
    public static IDigitalInput[] OpenAll(GpioController controller, int[] pinNumbers, PinMode mode)
    {
        IDigitalInput[] inputs = new IDigitalInput[pinNumbers.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = new GpioInput(controller, pinNumbers[i], mode);
        }

        return inputs;
    }

    /// <inheritdoc/>
    public bool Read() => (bool)pin.Read();
}
