using MdiQkd.Reconciliation;

namespace MdiQkd.CodeDesign;

/// <summary>What one base matrix and its codes are built from.</summary>
/// <param name="Profile">Column degrees in the first <paramref name="MainRows"/> rows.</param>
/// <param name="MainRows">Rows that the profile is made for, those of the lowest rate's first round.</param>
/// <param name="Rates">Rows after each round, for each code of the matrix.</param>
/// <remarks>The seed of the construction is <paramref name="MainRows"/>.</remarks>
public sealed record CodePlan(DegreeProfile Profile, int MainRows, int[][] Rates)
{
    /// <summary>Column blocks of every code.</summary>
    public const int ColumnBlocks = 1024;

    private const int FewestRows = 27; // QBER about 0.2 %
    private const int MostRows = 620; // QBER about 11 %

    /// <summary>Rates that share a base matrix: up to this share more rows than its profile is made for.</summary>
    private const double Stretch = 0.04;

    /// <summary>
    /// Profiles found by <see cref="ProfileSearch"/> ("profile rows mean 36 200": largest degree 36, 200 flooding iterations,
    /// which is about what 100 layered ones do); between them shares are interpolated in the logarithm of the rows. Thresholds
    /// by density evolution: f = 1.072, 1.063, 1.057, 1.046, 1.043, 1.048.
    /// </summary>
    private static readonly (int Rows, DegreeProfile Profile)[] Anchors =
    [
        (36, new([2, 3, 7, 8, 9, 10, 25, 30], [0.0334, 0.5241, 0.0583, 0.0906, 0.0766, 0.1083, 0.0587, 0.0493])),
        (50, new([2, 3, 8, 9, 10, 30, 36], [0.0464, 0.5418, 0.0979, 0.1053, 0.1110, 0.0942, 0.0031])),
        (92, new([2, 3, 8, 9, 10, 30, 36], [0.0853, 0.5576, 0.0444, 0.0744, 0.1554, 0.0659, 0.0166])),
        (160, new([2, 3, 9, 10, 30, 36], [0.1477, 0.5410, 0.0827, 0.1593, 0.0238, 0.0452])),
        (330, new([2, 3, 8, 9, 10, 36], [0.2102, 0.5489, 0.0285, 0.0538, 0.0878, 0.0707])),
        (600, new([2, 3, 7, 8, 9, 36], [0.2934, 0.5409, 0.0087, 0.0804, 0.0098, 0.0665])),
    ];

    /// <summary>
    /// First-round inefficiency at which a few percent of the frames fail, measured per lifting ("curve"), by rows.
    /// </summary>
    private static readonly (int Rows, double[] Efficiency)[] Thresholds =
    [
        (28, [1.40, 1.23, 1.17]),
        (36, [1.285, 1.17, 1.105]),
        (50, [1.25, 1.145, 1.10]),
        (92, [1.17, 1.12, 1.09]),
        (160, [1.14, 1.105, 1.08]),
        (330, [1.115, 1.09, 1.073]),
        (600, [1.11, 1.10, 1.09]),
    ];

    /// <summary>All plans, ascending rows; the rates of neighbours join without a gap.</summary>
    public static IReadOnlyList<CodePlan> All()
    {
        var plans = new List<CodePlan>();
        for (int rows = FewestRows; rows < MostRows;)
        {
            int next = rows + Math.Max(1, (int)(rows * Stretch));
            plans.Add(new CodePlan(ProfileAt(rows), rows, [.. Enumerable.Range(rows, next - rows).Select(Rounds)]));
            rows = next;
        }

        return plans;
    }

    /// <summary>Builds the base matrix.</summary>
    public BaseMatrix Build(out int[] fourCycles) =>
        BaseMatrixBuilder.Build(Profile, ColumnBlocks, MainRows, Rates[^1][^1], MainRows, out fourCycles);

    /// <summary>First-round thresholds per lifting of the code with that many first-round rows.</summary>
    public static double[] FirstRoundQber(int rows) => [.. Enumerable.Range(0, CodeBook.LiftingCount).Select(lifting =>
        QberAt(rows / (double)ColumnBlocks / EfficiencyAt(rows, lifting)))];

    private static int[] Rounds(int rows)
    {
        // The second round: what the number of errors of a 256k frame fluctuates by (one sigma is 3.6 % at 0.3 %, 0.9 %
        // at 5 %). More in the last, since a failed frame costs far more than a long last syndrome.
        double second = Math.Clamp(0.6 / Math.Sqrt(rows), 0.03, 0.08);
        int two = rows + (int)Math.Ceiling(rows * second);
        return [rows, two, two + (int)Math.Ceiling(rows * 2.5 * second)];
    }

    /// <summary>The QBER below one half whose binary entropy is this.</summary>
    public static double QberAt(double entropy)
    {
        double low = 0, high = 0.5;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = BinaryEntropy.Of(middle) < entropy ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static DegreeProfile ProfileAt(int rows)
    {
        (int below, double weight) = Between([.. Anchors.Select(anchor => anchor.Rows)], rows);
        var shares = new SortedDictionary<int, double>();
        foreach ((DegreeProfile profile, double part) in new[]
            { (Anchors[below].Profile, 1 - weight), (Anchors[below + 1].Profile, weight) })
        {
            for (int index = 0; index < profile.Degrees.Length; index++)
            {
                shares[profile.Degrees[index]] =
                    shares.GetValueOrDefault(profile.Degrees[index]) + (part * profile.Shares[index]);
            }
        }

        // Columns of degree 2 must stay a path.
        double excess = Math.Max(0, shares[2] - ((rows - 2) / (double)ColumnBlocks));
        shares[2] -= excess;
        shares[3] += excess;
        return new DegreeProfile([.. shares.Keys], [.. shares.Values]);
    }

    private static double EfficiencyAt(int rows, int lifting)
    {
        (int below, double weight) = Between([.. Thresholds.Select(anchor => anchor.Rows)], rows);
        return ((1 - weight) * Thresholds[below].Efficiency[lifting]) + (weight * Thresholds[below + 1].Efficiency[lifting]);
    }

    private static (int Below, double Weight) Between(int[] anchors, int rows)
    {
        int below = Math.Clamp(Array.FindLastIndex(anchors, anchor => anchor <= rows), 0, anchors.Length - 2);
        double weight = Math.Log((double)rows / anchors[below]) / Math.Log((double)anchors[below + 1] / anchors[below]);
        return (below, Math.Clamp(weight, 0, 1));
    }
}
