using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>Looks at every part of the board in turn; only while the switch is at rest and dark and nothing is captured.</summary>
public sealed class SelfTest
{
    private const uint FreeMemoryBytesMin = 20_000;

    private readonly BoardParts parts;
    private readonly SelfTestReply reply = new SelfTestReply();
    private readonly byte[] knownText = { 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39 };

    /// <summary>Takes the parts.</summary>
    public SelfTest(BoardParts parts)
    {
        this.parts = parts;
    }

    /// <summary>Whether the test is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether the last test passed.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>Steps of the last test; owned by the test.</summary>
    public SelfTestReply Result => reply;

    /// <summary>Begins; all steps but the bench timer are done at once.</summary>
    public void Begin(int temperatureLimitMilliC, long nowMs)
    {
        IsBusy = true;
        reply.Clear();

        // Check value of CRC-32C for "123456789".
        bool isRight = Crc32C.Compute(knownText, 0, knownText.Length) == 0xE3069283;
        reply.Add(SelfTestStep.Checksum, isRight ? 1 : 0, 1, 1);
        TestTagger();
        TestSwitch();
        TestBoard(temperatureLimitMilliC);
        if (parts.BenchTimer != null)
        {
            parts.BenchTimer.Begin(nowMs);
        }
        else
        {
            reply.AddSkipped(SelfTestStep.BenchTimer);
        }
    }

    /// <summary>Goes on; to be called in every round of the main loop.</summary>
    /// <returns>Whether the test has just ended.</returns>
    public bool Poll(long nowMs)
    {
        if (!IsBusy)
        {
            return false;
        }

        if (parts.BenchTimer != null)
        {
            parts.BenchTimer.Poll(nowMs);
            if (parts.BenchTimer.IsBusy)
            {
                return false;
            }

            reply.Add(SelfTestStep.BenchTimer, parts.BenchTimer.DelayPs, parts.BenchDelayPsMin, parts.BenchDelayPsMax);
        }

        IsBusy = false;
        HasPassed = reply.HasPassed;
        return true;
    }

    private void TestTagger()
    {
        if (parts.TagSource != null)
        {
            parts.TagSource.Test(reply);
        }
        else
        {
            reply.AddSkipped(SelfTestStep.TaggerRegisters);
        }
    }

    private void TestSwitch()
    {
        SwitchController controller = parts.Switch;
        if (controller == null || !controller.HasReadBack)
        {
            reply.AddSkipped(SelfTestStep.SwitchDark);
        }
        else
        {
            reply.Add(SelfTestStep.SwitchDark, controller.CountNotDark(), 0, 0);
        }

        if (parts.SwitchDrivers == null)
        {
            reply.AddSkipped(SelfTestStep.SwitchDriver);
        }
        else
        {
            reply.Add(SelfTestStep.SwitchDriver, parts.SwitchDrivers.Apply() ? 1 : 0, 1, 1);
        }
    }

    private void TestBoard(int temperatureLimitMilliC)
    {
        if (!parts.Sensors.HasThermometer)
        {
            reply.AddSkipped(SelfTestStep.Temperature);
        }
        else
        {
            bool hasAnswered = parts.Sensors.TryReadTemperature(out int milliC);
            reply.Add(SelfTestStep.Temperature, hasAnswered ? milliC : int.MinValue, -40_000, temperatureLimitMilliC);
        }

        uint free = parts.Sensors.FreeMemoryBytes();
        reply.Add(
            SelfTestStep.FreeMemory, free > int.MaxValue ? int.MaxValue : (int)free, (int)FreeMemoryBytesMin, int.MaxValue);
    }
}
