namespace MdiQkd.VirtualBoard.Chips;

/// <summary>A chain of 74HC595: shifts on transfer, takes over when chip select rises, drives while output enable is low.</summary>
public sealed class ShiftRegisterChip : ISpiChip
{
    private readonly byte[] shift;
    private readonly byte[] latch;

    /// <summary>Makes a chain after power-up, with outputs that are not defined: all ones here, the worst case.</summary>
    public ShiftRegisterChip(int registers)
    {
        shift = new byte[registers];
        latch = new byte[registers];
        Array.Fill(latch, (byte)0xFF);
        OutputEnableLow.Level = true;
        OutputEnableLow.Changed += _ => Drive();
        Outputs = [.. Enumerable.Range(0, 8 * registers).Select(_ => new SignalLine())];
    }

    /// <summary>OE: low drives the outputs. Pulled up on the board.</summary>
    public SignalLine OutputEnableLow { get; } = new();

    /// <summary>Outputs; line 8·k + b is bit b of the k-th register of the chain. Pulled down while they are not driven.</summary>
    public SignalLine[] Outputs { get; }

    /// <summary>Whether the chain is broken behind the first register.</summary>
    public bool IsBroken { get; set; }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        for (int i = 0; i < mosi.Length; i++)
        {
            miso[i] = IsBroken ? (byte)0xFF : shift[^1];
            Array.Copy(shift, 0, shift, 1, shift.Length - 1);
            shift[0] = mosi[i];
        }

        shift.CopyTo(latch, 0);
        Drive();
    }

    private void Drive()
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < Outputs.Length; i++)
            {
                bool level = !OutputEnableLow.Level && (latch[i / 8] & (1 << (i % 8))) != 0;
                if (level == (pass == 1))
                {
                    Outputs[i].Level = level;
                }
            }
        }
    }
}
