namespace MdiQkd.VirtualBoard.Chips;

/// <summary>A simulated chip behind one chip-select line.</summary>
public interface ISpiChip
{
    /// <summary>One transaction, chip select low throughout.</summary>
    /// <param name="mosi">Bytes to the chip.</param>
    /// <param name="miso">Bytes from the chip, as many.</param>
    void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso);
}
