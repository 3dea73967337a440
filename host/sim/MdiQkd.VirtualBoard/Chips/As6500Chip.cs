namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// TDC-GPX2 / AS6500 at register level: opcodes, 17 configuration bytes, four result FIFOs, INTERRUPT pin. Times are those of the
/// stop pulses after init; the chip turns them into reference index and stop time. What arrives at a full FIFO is lost, and the chip
/// does not say so.
/// </summary>
public sealed class As6500Chip : ISpiChip
{
    /// <summary>Stop channels.</summary>
    public const int Channels = 4;

    /// <summary>Results that one channel's FIFO holds.</summary>
    public const int FifoDepth = 16;

    private const int ConfigurationBytes = 17;
    private const int ResultAddress = 8;
    private const int ResultBytes = 6;

    private readonly byte[] configuration = new byte[ConfigurationBytes];
    private readonly Queue<(int Index, int Stop)>[] fifos = [.. Enumerable.Range(0, Channels).Select(_ => new Queue<(int, int)>(FifoDepth))];
    private readonly long referencePeriodPs;
    private bool isMeasuring;
    private int? frozenIndex;

    /// <summary>Makes a chip after power-up.</summary>
    /// <param name="referenceHz">Frequency at the reference input.</param>
    public As6500Chip(int referenceHz = 10_000_000)
    {
        referencePeriodPs = 1_000_000_000_000 / referenceHz;
        Interrupt.Level = true;
    }

    /// <summary>INTERRUPT pin: low while a result waits.</summary>
    public SignalLine Interrupt { get; } = new();

    /// <summary>High while the reference clock is there: the clock detector of the board, not a pin of the chip.</summary>
    public SignalLine ReferencePresent { get; } = new() { Level = true };

    /// <summary>Whether it was started.</summary>
    public bool IsMeasuring => isMeasuring;

    /// <summary>Stop pulses that found their FIFO full.</summary>
    public long Overflows { get; private set; }

    /// <summary>Fault of the data line.</summary>
    public MisoFault Miso { get; set; }

    /// <summary>Configuration byte that does not take bit 0, or -1.</summary>
    public int DefectiveRegister { get; set; } = -1;

    /// <summary>Results whose stop time is outside the reference period, counted down to 0.</summary>
    public int ImplausibleResults { get; set; }

    /// <summary>Lets the reference index stand at its last value, as when the reference clock stops.</summary>
    public void FreezeReferenceIndex() => frozenIndex ??= 0x1234;

    /// <summary>A pulse at a stop input.</summary>
    /// <param name="channel">0 to 3.</param>
    /// <param name="timePs">Time since init, ps.</param>
    public void AddStop(int channel, long timePs)
    {
        if (!isMeasuring || !ReferencePresent.Level || (configuration[1] & (1 << channel)) == 0)
        {
            return;
        }

        if (fifos[channel].Count == FifoDepth)
        {
            Overflows++;
            return;
        }

        (long index, long restPs) = Math.DivRem(timePs, referencePeriodPs);
        long divisions = configuration[3] | (configuration[4] << 8) | ((configuration[5] & 0x0F) << 16);
        int stop = (int)(restPs * divisions / referencePeriodPs);
        if (ImplausibleResults > 0)
        {
            ImplausibleResults--;
            stop = 0x800000;
        }

        fifos[channel].Enqueue((frozenIndex ?? (int)(index & 0xFFFFFF), stop));
        Interrupt.Level = false;
    }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        miso.Clear();
        byte opcode = mosi[0];
        if (opcode == 0x30)
        {
            Reset();
        }
        else if (opcode == 0x18)
        {
            isMeasuring = true;
            frozenIndex = frozenIndex is null ? null : 0x1234;
        }
        else if ((opcode & 0xE0) == 0x80)
        {
            Write(opcode & 0x1F, mosi[1..]);
        }
        else if ((opcode & 0xE0) == 0x40)
        {
            int address = opcode & 0x1F;
            configuration.AsSpan(address, Math.Min(miso.Length - 1, ConfigurationBytes - address)).CopyTo(miso[1..]);
        }
        else if ((opcode & 0xE0) == 0x60)
        {
            ReadResults((opcode & 0x1F) - ResultAddress, miso[1..]);
        }

        if (Miso != MisoFault.None)
        {
            miso.Fill(Miso == MisoFault.AllOnes ? (byte)0xFF : (byte)0);
        }
    }

    private void Reset()
    {
        Array.Clear(configuration);
        isMeasuring = false;
        foreach (Queue<(int, int)> fifo in fifos)
        {
            fifo.Clear();
        }

        Interrupt.Level = true;
    }

    private void Write(int address, ReadOnlySpan<byte> bytes)
    {
        bytes[..Math.Min(bytes.Length, ConfigurationBytes - address)].CopyTo(configuration.AsSpan(address));
        if (DefectiveRegister >= 0)
        {
            configuration[DefectiveRegister] ^= 1;
        }
    }

    private void ReadResults(int from, Span<byte> miso)
    {
        Span<byte> results = stackalloc byte[Channels * ResultBytes];
        results.Fill(0xFF);
        bool isEmpty = true;
        for (int channel = 0; channel < Channels; channel++)
        {
            if (fifos[channel].TryDequeue(out (int Index, int Stop) result))
            {
                Span<byte> target = results.Slice(channel * ResultBytes, ResultBytes);
                WriteUInt24(target, result.Index);
                WriteUInt24(target[3..], result.Stop);
            }

            isEmpty &= fifos[channel].Count == 0;
        }

        // With a stuck data line the interrupt line is stuck as well: the usual broken cable.
        Interrupt.Level = isEmpty && Miso == MisoFault.None;
        results[from..Math.Min(results.Length, from + miso.Length)].CopyTo(miso);
    }

    private static void WriteUInt24(Span<byte> target, int value)
    {
        target[0] = (byte)(value >> 16);
        target[1] = (byte)(value >> 8);
        target[2] = (byte)value;
    }
}
