namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// The checks that belief propagation runs on, as many as there are syndrome row blocks: where a row splits a main row,
/// the main row is replaced by what is left of it, and its syndrome by the sum of both.
/// </summary>
internal sealed class Layers
{
    private readonly int mainRows;
    private readonly int[] parents;

    private Layers(int mainRows, int[] parents, int[] start, Circulant[] circulants)
    {
        this.mainRows = mainRows;
        this.parents = parents;
        Start = start;
        Circulants = circulants;
    }

    /// <summary>First circulant of each layer, and the number of all at the end.</summary>
    public int[] Start { get; }

    /// <summary>Circulants, layer by layer.</summary>
    public Circulant[] Circulants { get; }

    /// <summary>The layers of the first <paramref name="count"/> rows.</summary>
    /// <param name="matrix">Tells the parents.</param>
    /// <param name="rows">Lifted rows.</param>
    /// <param name="count">Rows whose syndromes are known.</param>
    /// <param name="stride">Lanes per column block.</param>
    public static Layers Of(BaseMatrix matrix, CheckEntry[][] rows, int count, int stride)
    {
        CheckEntry[][] parts = rows[..count];
        int mainRows = Math.Min(matrix.MainRows, count);
        int[] parents = [.. Enumerable.Range(mainRows, count - mainRows).Select(matrix.Parent)];
        for (int index = 0; index < parents.Length; index++)
        {
            parts[parents[index]] = [.. parts[parents[index]].Except(rows[mainRows + index])];
        }

        int[] start = new int[count + 1];
        for (int row = 0; row < count; row++)
        {
            start[row + 1] = start[row] + parts[row].Length;
        }

        return new Layers(
            mainRows,
            parents,
            start,
            [.. parts.SelectMany(part => part).Select(entry => new Circulant(entry.Column * stride, (uint)entry.Shift))]);
    }

    /// <summary>Turns syndromes of rows into syndromes of layers, in place.</summary>
    /// <param name="syndrome">Bits of all rows.</param>
    /// <param name="words">Words per row block.</param>
    public void Split(Span<ulong> syndrome, int words)
    {
        for (int index = 0; index < parents.Length; index++)
        {
            Span<ulong> parent = syndrome.Slice(parents[index] * words, words);
            ReadOnlySpan<ulong> part = syndrome.Slice((mainRows + index) * words, words);
            for (int word = 0; word < words; word++)
            {
                parent[word] ^= part[word];
            }
        }
    }
}
