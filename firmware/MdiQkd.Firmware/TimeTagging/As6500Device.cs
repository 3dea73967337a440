using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>Register access to a TDC-GPX2 / AS6500: reset, configure and verify by read-back, start, read results.</summary>
public sealed class As6500Device
{
    private readonly ISpiBus bus;
    private readonly FaultLog faults;
    private readonly int referenceHz;
    private readonly byte[] opcode = new byte[1];
    private readonly byte[] opcodeReply = new byte[1];
    private readonly byte[] configuration = new byte[1 + As6500Registers.Count];
    private readonly byte[] configurationReply = new byte[1 + As6500Registers.Count];
    private readonly byte[] resultCommand = new byte[1 + As6500Registers.AllResultBytes];
    private readonly byte[] results = new byte[1 + As6500Registers.AllResultBytes];

    /// <summary>Takes the chip; sends nothing yet.</summary>
    /// <param name="bus">SPI mode 1, most significant bit first, at most 25 MHz.</param>
    /// <param name="referenceHz">Reference clock.</param>
    /// <param name="faults">Where faults go.</param>
    public As6500Device(ISpiBus bus, int referenceHz, FaultLog faults)
    {
        this.bus = bus;
        this.referenceHz = referenceHz;
        this.faults = faults;
        resultCommand[0] = As6500Registers.ResultOpcode | As6500Registers.ResultAddress;
    }

    /// <summary>Results of the last read, after one byte of nothing; [1 + <see cref="As6500Registers.AllResultBytes"/>].</summary>
    public byte[] Results => results;

    /// <summary>Power-on reset; the chip stops measuring.</summary>
    public bool TryReset() => TrySend(As6500Registers.ResetOpcode);

    /// <summary>Starts measuring with the reference index at 0.</summary>
    public bool TryInit() => TrySend(As6500Registers.InitOpcode);

    /// <summary>Reads one result of every channel.</summary>
    public bool TryReadResults() => TryTransfer(resultCommand, results);

    /// <summary>Resets and configures the chip, and reads every register back.</summary>
    /// <returns>None, or the fault, which is in the log.</returns>
    public FaultCode Configure(int channelMask, int highResolution)
    {
        configuration[0] = As6500Registers.WriteOpcode;
        As6500Registers.Fill(configuration, 1, referenceHz, channelMask, highResolution);
        if (!TryReset() || !TryTransfer(configuration, configurationReply))
        {
            return FaultCode.SpiFailed;
        }

        configuration[0] = As6500Registers.ReadOpcode;
        return TryTransfer(configuration, configurationReply) ? JudgeReadBack() : FaultCode.SpiFailed;
    }

    private FaultCode JudgeReadBack()
    {
        int anded = 0xFF;
        int ored = 0;
        int wrong = 0;
        for (int i = As6500Registers.Count; i >= 1; i--)
        {
            anded &= configurationReply[i];
            ored |= configurationReply[i];
            wrong = configurationReply[i] != configuration[i] ? i : wrong;
        }

        if (wrong == 0)
        {
            return FaultCode.None;
        }

        FaultCode code = anded == 0xFF ? FaultCode.TaggerAllOnes
            : ored == 0 ? FaultCode.TaggerAllZeros
            : FaultCode.TaggerRegister;
        faults.Raise(code, ((wrong - 1) * 256) + configurationReply[wrong]);
        return code;
    }

    private bool TrySend(byte code)
    {
        opcode[0] = code;
        return TryTransfer(opcode, opcodeReply);
    }

    private bool TryTransfer(byte[] write, byte[] read)
    {
        bool hasWorked = SpiTransaction.Try(bus, write, read);
        if (!hasWorked)
        {
            faults.Raise(FaultCode.SpiFailed, write[0]);
        }

        return hasWorked;
    }
}
