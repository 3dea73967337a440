namespace MdiQkd.Reconciliation;

/// <summary>One rate of the code book: how many rows of which base matrix its rounds use.</summary>
/// <param name="Matrix">Index of the base matrix.</param>
/// <param name="RowsAfterRound">Row blocks after each round, strictly ascending.</param>
/// <param name="FirstRoundQber">
/// Highest QBER, per lifting of the book, at which the first round fails in at most a few percent of whole frames.
/// </param>
public sealed record CodeRate(int Matrix, int[] RowsAfterRound, double[] FirstRoundQber)
{
    /// <summary>Writes u16 matrix, u8 rounds, u16 rows after each, u32 QBER per lifting in 1e-8.</summary>
    public void Write(BinaryWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write((ushort)Matrix);
        destination.Write((byte)RowsAfterRound.Length);
        foreach (int rows in RowsAfterRound)
        {
            destination.Write((ushort)rows);
        }

        foreach (double qber in FirstRoundQber)
        {
            destination.Write((uint)Math.Round(qber * 1e8));
        }
    }

    /// <summary>Reads the stored form.</summary>
    public static CodeRate Read(BinaryReader source)
    {
        ArgumentNullException.ThrowIfNull(source);
        int matrix = source.ReadUInt16();
        int[] rows = new int[source.ReadByte()];
        for (int round = 0; round < rows.Length; round++)
        {
            rows[round] = source.ReadUInt16();
        }

        double[] qbers = new double[CodeBook.LiftingCount];
        for (int lifting = 0; lifting < qbers.Length; lifting++)
        {
            qbers[lifting] = source.ReadUInt32() * 1e-8;
        }

        return new CodeRate(matrix, rows, qbers);
    }
}
