using System.Device.Gpio;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>An output on a pin of the board.</summary>
public sealed class GpioOutput : IDigitalOutput
{
    private readonly GpioPin pin;

    /// <summary>
    /// Opens the pin. Neither platform can set the level before the direction on all its drivers: a pin whose idle level is high is low for some
    /// microseconds here, so what must not see that needs a pull-up and a filter, and lines that pass light or current idle low.
    /// </summary>
    /// <param name="controller">Pins of the board.</param>
    /// <param name="pinNumber">Number of the pin.</param>
    /// <param name="isHigh">Level that it starts with.</param>
    public GpioOutput(GpioController controller, int pinNumber, bool isHigh = false)
    {
        pin = controller.OpenPin(pinNumber, PinMode.Output);
        Write(isHigh);
    }

    /// <summary>Opens several pins, all low.</summary>
    public static IDigitalOutput[] OpenAll(GpioController controller, int[] pinNumbers)
    {
        IDigitalOutput[] outputs = new IDigitalOutput[pinNumbers.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new GpioOutput(controller, pinNumbers[i]);
        }

        return outputs;
    }

    /// <inheritdoc/>
    public void Write(bool high) => pin.Write(high);
}
