namespace MdiQkd.KeyRate.Decoy;

/// <summary>
/// Lower bound on c·y over { L ≤ A y ≤ U, 0 ≤ y ≤ u } for the small dense programs of decoy states: about ten rows, a hundred columns.
/// </summary>
/// <remarks>
/// <para>Design. Bounded dual simplex: with every y at the bound that its cost prefers, the slack basis is dual feasible, so there is
/// no first phase. The basis is factorised afresh in every step, which a dozen rows allow. What is returned is not the solver's
/// objective but the weak-duality value of its multipliers λ, Σ_i min(λ_i L_i, λ_i U_i) + Σ_j min(0, (c − λA)_j u_j), less an allowance for rounding:
/// a valid bound for any λ, so that no tolerance, degeneracy or iteration limit can make the bound wrong, only loose.</para>
/// <para>Trade-offs. A solver package would be the usual choice; the maintained ones for .NET are native (Google.OrTools: 90 MB per
/// platform, and it would enter the hub and every node through this library) and work with absolute tolerances of 1e-9 that the
/// yields of a long link lie below.</para>
/// </remarks>
internal sealed class BoundedLinearProgram
{
    private const int IterationsMax = 2_000;

    // Violation of a scaled bound that is left alone; the certificate pays for it.
    private const double Feasible = 1e-11;

    private readonly int rows;
    private readonly int columns;

    // Columns 0 … columns−1 are y, then one slack per row: A y − s = 0, L ≤ s ≤ U. All scaled.
    private readonly double[][] matrix;
    private readonly double[] cost;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int[] basis;
    private readonly bool[] isBasic;
    private readonly double[] resting;

    /// <summary>Programme with the given rows and bounds; nothing is kept of the arguments.</summary>
    /// <param name="a">[rows × columns], non-negative.</param>
    /// <param name="rowLower">L, one per row; less or equal <paramref name="rowUpper"/>.</param>
    /// <param name="rowUpper">U, one per row; not negative.</param>
    /// <param name="columnUpper">u, one per column; not negative.</param>
    /// <param name="c">Cost per column.</param>
    internal BoundedLinearProgram(double[,] a, double[] rowLower, double[] rowUpper, double[] columnUpper, double[] c)
    {
        rows = a.GetLength(0);
        columns = a.GetLength(1);
        int all = columns + rows;
        matrix = new double[all][];
        cost = new double[all];
        lower = new double[all];
        upper = new double[all];
        resting = new double[all];
        isBasic = new bool[all];
        basis = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            // Rows are scaled to bounds of order 1; a row without any light keeps its own size.
            double scale = rowUpper[i] > 0 ? rowUpper[i] : 1;
            int slack = columns + i;
            lower[slack] = rowLower[i] / scale;
            upper[slack] = rowUpper[i] / scale;
            matrix[slack] = new double[rows];
            matrix[slack][i] = -1;
            basis[i] = slack;
            isBasic[slack] = true;
        }

        for (int j = 0; j < columns; j++)
        {
            double[] column = new double[rows];
            double largest = 0;
            for (int i = 0; i < rows; i++)
            {
                column[i] = a[i, j] / (rowUpper[i] > 0 ? rowUpper[i] : 1);
                largest = Math.Max(largest, column[i]);
            }

            double scale = largest > 0 ? largest : 1;
            for (int i = 0; i < rows; i++)
            {
                column[i] /= scale;
            }

            matrix[j] = column;
            cost[j] = c[j] / scale;
            upper[j] = columnUpper[j] * scale;
            resting[j] = cost[j] < 0 ? upper[j] : 0;
        }
    }

    /// <summary>Certified lower bound on the minimum; false if the rows contradict each other.</summary>
    internal bool TryMinimum(out double bound)
    {
        double[,] inverse = new double[rows, rows];
        double[] multipliers = new double[rows];
        bound = double.NegativeInfinity;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            if (!TryInvertBasis(inverse))
            {
                break;
            }

            SetMultipliers(inverse, multipliers);
            bound = Math.Max(bound, Certificate(multipliers));
            int leaving = MostViolated(inverse, out bool below);
            if (leaving < 0)
            {
                return true;
            }

            int entering = Entering(inverse, multipliers, leaving, below, anyTie: iteration > IterationsMax / 2);
            if (entering < 0)
            {
                return false;
            }

            int old = basis[leaving];
            resting[old] = below ? lower[old] : upper[old];
            isBasic[old] = false;
            basis[leaving] = entering;
            isBasic[entering] = true;
        }

        return true;
    }

    private double Certificate(double[] multipliers)
    {
        double sum = 0;
        double size = 0;
        for (int i = 0; i < rows; i++)
        {
            int slack = columns + i;
            double term = Math.Min(multipliers[i] * lower[slack], multipliers[i] * upper[slack]);
            sum += term;
            size += Math.Abs(multipliers[i]) * Math.Max(Math.Abs(lower[slack]), Math.Abs(upper[slack]));
        }

        for (int j = 0; j < columns; j++)
        {
            double reduced = cost[j];
            double columnSize = Math.Abs(reduced);
            for (int i = 0; i < rows; i++)
            {
                double product = multipliers[i] * matrix[j][i];
                reduced -= product;
                columnSize += Math.Abs(product);
            }

            // Rounding of the reduced cost, then its worst use within the box.
            sum += Math.Min(0, (reduced - (1e-15 * columnSize)) * upper[j]);
        }

        return sum - (1e-15 * size);
    }

    private void SetMultipliers(double[,] inverse, double[] multipliers)
    {
        for (int i = 0; i < rows; i++)
        {
            double sum = 0;
            for (int k = 0; k < rows; k++)
            {
                sum += cost[basis[k]] * inverse[k, i];
            }

            multipliers[i] = sum;
        }
    }

    private int MostViolated(double[,] inverse, out bool below)
    {
        double[] rest = new double[rows];
        for (int j = 0; j < matrix.Length; j++)
        {
            if (!isBasic[j] && resting[j] != 0)
            {
                for (int i = 0; i < rows; i++)
                {
                    rest[i] -= matrix[j][i] * resting[j];
                }
            }
        }

        int worst = -1;
        double largest = Feasible;
        below = false;
        for (int k = 0; k < rows; k++)
        {
            double value = 0;
            for (int i = 0; i < rows; i++)
            {
                value += inverse[k, i] * rest[i];
            }

            double under = lower[basis[k]] - value;
            double over = value - upper[basis[k]];
            if (Math.Max(under, over) > largest)
            {
                largest = Math.Max(under, over);
                below = under > over;
                worst = k;
            }
        }

        return worst;
    }

    // Dual ratio test. Ties, of which decoy programmes have many (a single cost), go to the largest pivot; if that should cycle, to the first.
    private int Entering(double[,] inverse, double[] multipliers, int leaving, bool below, bool anyTie)
    {
        int best = -1;
        double bestRatio = double.PositiveInfinity;
        double bestPivot = 0;
        for (int j = 0; j < matrix.Length; j++)
        {
            if (isBasic[j] || lower[j] >= upper[j])
            {
                continue;
            }

            double pivot = 0;
            double reduced = cost[j];
            for (int i = 0; i < rows; i++)
            {
                pivot += inverse[leaving, i] * matrix[j][i];
                reduced -= multipliers[i] * matrix[j][i];
            }

            bool atUpper = resting[j] != lower[j];
            bool helps = below == atUpper ? pivot > 1e-11 : pivot < -1e-11;
            if (!helps)
            {
                continue;
            }

            double size = Math.Abs(pivot);
            double ratio = Math.Max(0, atUpper ? -reduced : reduced) / size;
            bool tie = ratio <= bestRatio + (1e-12 * Math.Abs(bestRatio));
            if (ratio < bestRatio * (1 - 1e-12) || (tie && !anyTie && size > bestPivot))
            {
                best = j;
                bestRatio = Math.Min(ratio, bestRatio);
                bestPivot = size;
            }
        }

        return best;
    }

    // Gauss–Jordan with row pivoting of the basis columns; false if the basis is singular.
    private bool TryInvertBasis(double[,] inverse)
    {
        double[,] work = new double[rows, rows];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < rows; k++)
            {
                work[i, k] = matrix[basis[k]][i];
                inverse[i, k] = i == k ? 1 : 0;
            }
        }

        for (int column = 0; column < rows; column++)
        {
            int pivotRow = column;
            for (int i = column + 1; i < rows; i++)
            {
                pivotRow = Math.Abs(work[i, column]) > Math.Abs(work[pivotRow, column]) ? i : pivotRow;
            }

            double pivot = work[pivotRow, column];
            if (Math.Abs(pivot) < 1e-200)
            {
                return false;
            }

            for (int k = 0; k < rows; k++)
            {
                (work[column, k], work[pivotRow, k]) = (work[pivotRow, k], work[column, k]);
                (inverse[column, k], inverse[pivotRow, k]) = (inverse[pivotRow, k], inverse[column, k]);
                work[column, k] /= pivot;
                inverse[column, k] /= pivot;
            }

            for (int i = 0; i < rows; i++)
            {
                double factor = i == column ? 0 : work[i, column];
                for (int k = 0; k < rows && factor != 0; k++)
                {
                    work[i, k] -= factor * work[column, k];
                    inverse[i, k] -= factor * inverse[column, k];
                }
            }
        }

        return true;
    }
}
