using System.Device.Gpio;
using System.Device.Spi;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.Tests.Harness;

namespace MdiQkd.Firmware.Tests.Adapters;

/// <summary>Adapters of pins and SPI on the real GpioController and SpiDevice of System.Device.Gpio.</summary>
public sealed class PinTests : IDisposable
{
    private readonly WiredPins pins = new();
    private readonly GpioController controller;
    private readonly AutoResetEvent wake = new(false);

    public PinTests() => controller = new GpioController(pins);

    public void Dispose()
    {
        controller.Dispose();
        wake.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_output_starts_at_its_level_and_follows(bool isHigh)
    {
        pins[4].Level = true;
        GpioOutput output = new(controller, 4, isHigh);
        Assert.Equal((PinMode.Output, isHigh), (pins.Modes[4], pins[4].Level));

        output.Write(!isHigh);
        Assert.Equal(!isHigh, pins[4].Level);
        Assert.Equal(!isHigh, (bool)controller.Read(4));
    }

    [Fact]
    public void Several_outputs_start_low()
    {
        int[] numbers = [7, 3, 9];
        foreach (int number in numbers)
        {
            pins[number].Level = true;
        }

        IDigitalOutput[] outputs = GpioOutput.OpenAll(controller, numbers);
        Assert.All(numbers, number => Assert.False(pins[number].Level));
        outputs[1].Write(true);
        Assert.True(pins[3].Level);
    }

    [Theory]
    [InlineData(PinMode.Input)]
    [InlineData(PinMode.InputPullUp)]
    [InlineData(PinMode.InputPullDown)]
    public void An_input_tells_its_level_and_each_edge_wakes_the_main_loop(PinMode mode)
    {
        GpioInput input = new(controller, 5, mode, wake);
        Assert.Equal(mode, pins.Modes[5]);
        Assert.False(input.Read());
        Assert.False(wake.WaitOne(0));

        pins[5].Level = true;
        Assert.True(wake.WaitOne(0));
        Assert.True(input.Read());
        pins[5].Level = false;
        Assert.True(wake.WaitOne(0));
        Assert.False(input.Read());
    }

    [Fact]
    public void An_input_that_wakes_nobody_needs_no_interrupt()
    {
        IDigitalInput[] inputs = GpioInput.OpenAll(controller, [1, 2], PinMode.InputPullDown);
        pins[2].Level = true;
        Assert.Equal([false, true], inputs.Select(input => input.Read()));
    }

    [Fact]
    public void Each_round_of_the_main_loop_is_an_edge_for_the_watchdog()
    {
        WatchdogLine watchdog = new(new GpioOutput(controller, 21));
        int edges = 0;
        pins[21].Changed += _ => edges++;
        for (int i = 0; i < 5; i++)
        {
            watchdog.Feed();
        }

        Assert.Equal(5, edges);
    }

    [Fact]
    public void A_transfer_is_one_transaction_with_whole_arrays()
    {
        EchoDevice device = new();
        SpiBus bus = new(device);
        byte[] read = new byte[3];
        bus.Transfer([1, 2, 3], read);
        Assert.Equal([0xFE, 0xFD, 0xFC], read);
        Assert.Equal(1, device.Transactions);

        device.HasFailed = true;
        Assert.False(SpiTransaction.Try(bus, [1], new byte[1]));
    }

    /// <summary>Answers each byte with its complement.</summary>
    private sealed class EchoDevice : SpiDevice
    {
        public override SpiConnectionSettings ConnectionSettings { get; } = new(0, 0);

        internal int Transactions { get; private set; }

        internal bool HasFailed { get; set; }

        public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            if (HasFailed)
            {
                throw new IOException("no such bus");
            }

            Transactions++;
            for (int i = 0; i < readBuffer.Length; i++)
            {
                readBuffer[i] = (byte)~writeBuffer[i];
            }
        }

        public override void Read(Span<byte> buffer) => throw new NotSupportedException();

        public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();
    }
}
