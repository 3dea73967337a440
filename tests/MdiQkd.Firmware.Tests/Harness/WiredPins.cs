using System.Device.Gpio;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>Pins under a real GpioController, each on a wire. What a pin of a chip would not do throws: two drivers on a wire, no direction.</summary>
internal sealed class WiredPins : GpioDriver
{
    private readonly Dictionary<int, SignalLine> wires = [];
    private readonly Dictionary<int, PinMode> modes = [];

    protected override int PinCount => 512;

    /// <summary>Directions of the pins that are open.</summary>
    internal IReadOnlyDictionary<int, PinMode> Modes => modes;

    /// <summary>Levels of pins that nobody drives but a contact, computed when somebody looks.</summary>
    internal Dictionary<int, Func<bool>> Contacts { get; } = [];

    /// <summary>Wire of a pin.</summary>
    internal SignalLine this[int pin]
    {
        get => wires.TryGetValue(pin, out SignalLine? wire) ? wire : wires[pin] = new SignalLine();
        set => wires[pin] = value;
    }

    protected override void OpenPin(int pinNumber) => _ = this[pinNumber];

    protected override void ClosePin(int pinNumber) => modes.Remove(pinNumber);

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override void SetPinMode(int pinNumber, PinMode mode) => modes[pinNumber] = mode;

    protected override PinMode GetPinMode(int pinNumber) => modes[pinNumber];

    protected override PinValue Read(int pinNumber) =>
        Contacts.TryGetValue(pinNumber, out Func<bool>? contact) ? contact() : this[pinNumber].Level;

    protected override void Write(int pinNumber, PinValue value)
    {
        Assert.Equal(PinMode.Output, modes[pinNumber]);
        this[pinNumber].Level = (bool)value;
    }

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback)
    {
        Assert.NotEqual(PinMode.Output, modes[pinNumber]);
        this[pinNumber].Changed += level => callback(
            this, new PinValueChangedEventArgs(level ? PinEventTypes.Rising : PinEventTypes.Falling, pinNumber));
    }

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        throw new NotSupportedException("the firmware listens for ever");

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
