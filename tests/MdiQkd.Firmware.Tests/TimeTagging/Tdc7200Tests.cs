using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.VirtualBoard.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.TimeTagging;

public sealed class Tdc7200Tests
{
    private readonly ManualClock clock = new();
    private readonly Tdc7200Chip chip = new();
    private readonly FaultLog faults;
    private readonly Tdc7200 timer;
    private readonly ChipSpiBus bus;

    public Tdc7200Tests()
    {
        faults = new FaultLog(clock);
        bus = new ChipSpiBus(chip);
        timer = new Tdc7200(
            bus, new LineOutput(chip.Enable), new LineInput(chip.Interrupt), new LineOutput(chip.Pulse), 8_000_000, faults);
    }

    [Fact]
    public void The_example_of_the_datasheet_comes_out()
    {
        // 8 MHz, 10 periods: CAL1 2136, CAL2 21338, TIME1 1752, TIME2 1585, CLOCK_COUNT1 3631 give 453.884784 us.
        Assert.True(Tdc7200.TryTimeOfFlight(1752, 1585, 3631, 2136, 21338, 10, 8_000_000, out long delayPs));
        Assert.Equal(453_884_784, delayPs);
    }

    [Theory]
    [InlineData(12_000)]
    [InlineData(21_500)]
    [InlineData(480_000)]
    public void A_delay_is_measured_to_a_count_or_two(int truePs)
    {
        chip.DelayPs = truePs;
        Measure();

        // Half a count of TIME1 (27.5 ps), and the calibration's rounding: 1 of 2273 x 9 counts, 5e-5 of the delay.
        Assert.InRange(timer.DelayPs, truePs - 28 - (truePs / 10_000), truePs + 28 + (truePs / 10_000));
        Assert.Equal(0, faults.ActiveCount);
        Assert.False(chip.Enable.Level);
    }

    [Fact]
    public void Without_a_pulse_the_fault_is_named()
    {
        chip.IsUnplugged = true;
        Measure();

        Assert.Equal(0, timer.DelayPs);
        Assert.True(faults.IsActive(FaultCode.BenchTimer));
        Assert.False(chip.Enable.Level);
    }

    [Fact]
    public void A_bus_that_fails_is_named()
    {
        bus.HasFailed = true;
        Measure();

        Assert.True(faults.IsActive(FaultCode.SpiFailed));
        Assert.True(faults.IsActive(FaultCode.BenchTimer));
    }

    [Fact]
    public void A_calibration_that_cannot_be_is_no_delay()
    {
        Assert.False(Tdc7200.TryTimeOfFlight(100, 2136, 2136, 10, 8_000_000, out _));
        Assert.False(Tdc7200.TryTimeOfFlight(0xFFFFFF, 2136, 21338, 10, 8_000_000, out _));
    }

    private void Measure()
    {
        timer.Begin(clock.NowMs);
        for (int i = 0; i < 100 && timer.IsBusy; i++)
        {
            clock.Advance(1);
            timer.Poll(clock.NowMs);
        }

        Assert.False(timer.IsBusy);
    }
}
