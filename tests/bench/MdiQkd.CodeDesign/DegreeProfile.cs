namespace MdiQkd.CodeDesign;

/// <summary>Column degrees of a base matrix, from the node perspective.</summary>
/// <param name="Degrees">Degrees, ascending.</param>
/// <param name="Shares">Share of the columns that have each degree; sums to 1.</param>
public sealed record DegreeProfile(int[] Degrees, double[] Shares)
{
    /// <summary>Mean column degree.</summary>
    public double Mean => Degrees.Zip(Shares, (degree, share) => degree * share).Sum();

    /// <summary>Degrees of <paramref name="columns"/> columns, ascending; shares rounded cumulatively.</summary>
    public int[] Spread(int columns)
    {
        int[] result = new int[columns];
        double total = 0;
        int next = 0;
        for (int index = 0; index < Degrees.Length; index++)
        {
            total += Shares[index];
            int end = index == Degrees.Length - 1 ? columns : (int)Math.Round(total * columns);
            for (; next < end; next++)
            {
                result[next] = Degrees[index];
            }
        }

        return result;
    }
}
