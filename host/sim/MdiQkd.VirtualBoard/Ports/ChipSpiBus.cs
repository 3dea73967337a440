using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>SPI straight to a simulated chip.</summary>
/// <param name="chip">The chip.</param>
public sealed class ChipSpiBus(ISpiChip chip) : ISpiBus
{
    /// <summary>Transactions so far.</summary>
    public long Transactions { get; private set; }

    /// <summary>Whether every transaction fails.</summary>
    public bool HasFailed { get; set; }

    /// <inheritdoc/>
    public void Transfer(byte[] write, byte[] read)
    {
        if (HasFailed)
        {
            throw new IOException("the simulated SPI bus has failed");
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(read.Length, write.Length);
        Transactions++;
        chip.Transfer(write, read);
    }
}
