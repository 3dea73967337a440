using System.Device.Gpio;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Platform;

/// <summary>
/// Pins of a simulated computer, wired to simulated chips: the lowest layer of System.Device.Gpio, so that everything above it is what
/// runs on hardware. A wrong direction is a programming error and throws. Pins and chips change under one gate.
/// </summary>
/// <param name="gate">Held while a pin changes and whatever hangs on it follows.</param>
public sealed class SimulatedGpioDriver(Lock gate) : GpioDriver
{
    private readonly Dictionary<int, SignalLine> outputs = [];
    private readonly Dictionary<int, Func<bool>> inputs = [];
    private readonly Dictionary<int, PinMode> modes = [];
    private readonly Dictionary<int, List<PinChangeEventHandler>> handlers = [];

    /// <inheritdoc/>
    protected override int PinCount => outputs.Count + inputs.Count;

    /// <summary>Wires a pin to a line that it drives.</summary>
    public void WireOutput(int pin, SignalLine line) => outputs.Add(pin, line);

    /// <summary>Wires a pin to a line that a chip drives; its edges reach whoever listens to the pin.</summary>
    public void WireInput(int pin, SignalLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        inputs.Add(pin, () => line.Level);
        line.Changed += level => Tell(pin, level);
    }

    /// <summary>Wires a pin to a contact whose level is computed when it is read.</summary>
    public void WireContact(int pin, Func<bool> level) => inputs.Add(pin, level);

    /// <inheritdoc/>
    protected override void OpenPin(int pinNumber)
    {
        if (!outputs.ContainsKey(pinNumber) && !inputs.ContainsKey(pinNumber))
        {
            throw new ArgumentException($"pin {pinNumber} of the simulated board is not wired", nameof(pinNumber));
        }
    }

    /// <inheritdoc/>
    protected override void ClosePin(int pinNumber) => modes.Remove(pinNumber);

    /// <inheritdoc/>
    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        mode == PinMode.Output ? outputs.ContainsKey(pinNumber) : inputs.ContainsKey(pinNumber);

    /// <inheritdoc/>
    protected override void SetPinMode(int pinNumber, PinMode mode) => modes[pinNumber] = mode;

    /// <inheritdoc/>
    protected override PinMode GetPinMode(int pinNumber) => modes[pinNumber];

    /// <inheritdoc/>
    protected override PinValue Read(int pinNumber)
    {
        lock (gate)
        {
            return outputs.TryGetValue(pinNumber, out SignalLine? line) ? line.Level : inputs[pinNumber]();
        }
    }

    /// <inheritdoc/>
    protected override void Write(int pinNumber, PinValue value)
    {
        lock (gate)
        {
            outputs[pinNumber].Level = value == PinValue.High;
        }
    }

    /// <inheritdoc/>
    protected override void AddCallbackForPinValueChangedEvent(
        int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback)
    {
        lock (gate)
        {
            if (!handlers.TryGetValue(pinNumber, out List<PinChangeEventHandler>? list))
            {
                handlers[pinNumber] = list = [];
            }

            list.Add(callback);
        }
    }

    /// <inheritdoc/>
    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback)
    {
        lock (gate)
        {
            handlers.GetValueOrDefault(pinNumber)?.Remove(callback);
        }
    }

    /// <inheritdoc/>
    protected override WaitForEventResult WaitForEvent(
        int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("the firmware listens to edges, it never waits for one");

    private void Tell(int pin, bool level)
    {
        if (handlers.TryGetValue(pin, out List<PinChangeEventHandler>? list))
        {
            PinValueChangedEventArgs change = new(level ? PinEventTypes.Rising : PinEventTypes.Falling, pin);
            list.ForEach(handler => handler(this, change));
        }
    }
}
