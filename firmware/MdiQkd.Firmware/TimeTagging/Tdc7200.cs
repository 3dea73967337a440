using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// TDC7200 (Texas Instruments SNAS647): measures the delay of one pulse on the bench, so that a technician sees whether cables and
/// discriminators are in order. No tagger: one start, one stop, 55 ps. The pulse comes from a line of the board and goes through the
/// loop-back to START and STOP.
/// </summary>
public sealed class Tdc7200
{
    private const int Config1 = 0x00;
    private const int Config2 = 0x01;
    private const int InterruptStatus = 0x02;
    private const int Time1 = 0x10;
    private const int Calibration1 = 0x1B;
    private const int Calibration2 = 0x1C;
    private const int WriteBit = 0x40;
    private const int Mode1Start = 0x01;
    private const int TenCalibrationPeriods = 0x40;
    private const int CompleteBit = 0x10;
    private const int NoPulse = 0xFFFFFF;
    private const int WakeMs = 3;
    private const int MeasureMsMax = 10;

    private readonly ISpiBus bus;
    private readonly IDigitalOutput enable;
    private readonly IDigitalInput interruptLow;
    private readonly IDigitalOutput pulse;
    private readonly int clockHz;
    private readonly FaultLog faults;
    private readonly byte[] write2 = new byte[2];
    private readonly byte[] read2 = new byte[2];
    private readonly byte[] write4 = new byte[4];
    private readonly byte[] read4 = new byte[4];
    private int step;
    private long stepMs;

    /// <summary>Takes the chip, which stays disabled.</summary>
    /// <param name="bus">SPI mode 0, most significant bit first, at most 20 MHz.</param>
    /// <param name="enable">ENABLE pin.</param>
    /// <param name="interruptLow">INTB pin: low when a measurement is complete.</param>
    /// <param name="pulse">Line into the loop-back.</param>
    /// <param name="clockHz">Clock of the chip, 1 to 16 MHz.</param>
    /// <param name="faults">Where faults go.</param>
    public Tdc7200(
        ISpiBus bus, IDigitalOutput enable, IDigitalInput interruptLow, IDigitalOutput pulse, int clockHz,
        FaultLog faults)
    {
        this.bus = bus;
        this.enable = enable;
        this.interruptLow = interruptLow;
        this.pulse = pulse;
        this.clockHz = clockHz;
        this.faults = faults;
        enable.Write(false);
        pulse.Write(false);
    }

    /// <summary>Whether a measurement is under way.</summary>
    public bool IsBusy => step != 0;

    /// <summary>Delay of the last measurement, ps; 0 if it failed.</summary>
    public int DelayPs { get; private set; }

    /// <summary>Begins a measurement.</summary>
    public void Begin(long nowMs)
    {
        DelayPs = 0;
        enable.Write(true);
        Enter(1, nowMs);
    }

    /// <summary>Goes on; to be called in every round of the main loop.</summary>
    public void Poll(long nowMs)
    {
        if (step == 1 && nowMs - stepMs >= WakeMs)
        {
            WriteRegister(Config2, TenCalibrationPeriods);
            WriteRegister(Config1, Mode1Start);
            pulse.Write(true);
            pulse.Write(false);
            Enter(2, nowMs);
        }
        else if (step == 2 && !interruptLow.Read())
        {
            Read();
            End();
        }
        else if (step == 2 && nowMs - stepMs >= MeasureMsMax)
        {
            faults.Raise(FaultCode.BenchTimer, ReadRegister(InterruptStatus));
            End();
        }
    }

    /// <summary>
    /// Time of flight in mode 1 (12 to 500 ns): TIME1 × Tclk × (periods - 1) / (CALIBRATION2 - CALIBRATION1), section 8.4.2.2.1.
    /// </summary>
    /// <param name="time1">TIME1.</param>
    /// <param name="calibration1">CALIBRATION1.</param>
    /// <param name="calibration2">CALIBRATION2.</param>
    /// <param name="periods">Calibration periods, 2, 10, 20 or 40.</param>
    /// <param name="clockHz">Clock of the chip.</param>
    /// <param name="delayPs">The result, rounded to the nearest picosecond.</param>
    /// <returns>False if the calibration cannot be.</returns>
    public static bool TryTimeOfFlight(
        int time1, int calibration1, int calibration2, int periods, int clockHz, out long delayPs) =>
        TryTimeOfFlight(time1, 0, 0, calibration1, calibration2, periods, clockHz, out delayPs);

    /// <summary>
    /// Time of flight in mode 2 (250 ns to 8 ms): (TIME1 - TIME2) × normLSB + CLOCK_COUNT1 × Tclk, section 8.4.2.2.2.
    /// </summary>
    public static bool TryTimeOfFlight(
        int time1, int time2, int clockCount1, int calibration1, int calibration2, int periods, int clockHz,
        out long delayPs)
    {
        delayPs = 0;
        long span = calibration2 - calibration1;
        if (span <= 0 || time1 == NoPulse || time2 == NoPulse)
        {
            return false;
        }

        // 2^24 counts × 10^6 ps × 39 periods stay below 2^50.
        long clockPs = 1000000000000L / clockHz;
        long counts = (time1 - time2) * clockPs * (periods - 1);
        delayPs = (((2 * counts) + span) / (2 * span)) + (clockCount1 * clockPs);
        return true;
    }

    private void Enter(int newStep, long nowMs)
    {
        step = newStep;
        stepMs = nowMs;
    }

    private void End()
    {
        step = 0;
        enable.Write(false);
    }

    private void Read()
    {
        int status = ReadRegister(InterruptStatus);
        bool isSound = TryTimeOfFlight(
            ReadValue(Time1), ReadValue(Calibration1), ReadValue(Calibration2), 10, clockHz, out long delayPs);
        if (!isSound || (status & CompleteBit) == 0)
        {
            faults.Raise(FaultCode.BenchTimer, status);
            return;
        }

        DelayPs = (int)delayPs;
    }

    private void WriteRegister(int address, int value)
    {
        write2[0] = (byte)(WriteBit | address);
        write2[1] = (byte)value;
        Transfer(write2, read2);
    }

    private int ReadRegister(int address)
    {
        write2[0] = (byte)address;
        write2[1] = 0;
        Transfer(write2, read2);
        return read2[1];
    }

    private int ReadValue(int address)
    {
        write4[0] = (byte)address;
        Transfer(write4, read4);
        return (read4[1] << 16) | (read4[2] << 8) | read4[3];
    }

    private void Transfer(byte[] write, byte[] read)
    {
        if (!SpiTransaction.Try(bus, write, read))
        {
            faults.Raise(FaultCode.SpiFailed, write[0]);
        }
    }
}
