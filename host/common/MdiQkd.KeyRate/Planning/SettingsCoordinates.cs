namespace MdiQkd.KeyRate.Planning;

/// <summary>
/// Coordinates in which the settings of a pair are searched: means and half differences (A minus B) of six numbers per user, ln z, ln v,
/// ln(w/v), ln(pz/po), ln(pv/po) − v and ln(pw/po) − w, with the fifth mean replaced by κ below.
/// </summary>
/// <remarks>
/// The key length has ridges, on which a search that crosses them gets stuck, and the optimum usually lies on them. A and B agree
/// there in ln(w/v) (Ka = Kb: both forms of the decoy bound meet) and in the last two numbers (the weights of their vacuum terms
/// coincide, so that a joint constraint bounds their sum at once): the three differences are coordinates of their own, kept last.
/// Another ridge is where the weight of the w–w events meets that of the vacuum–v events; in these numbers it is the plane
/// κ = (ln(pv/po) − v) − 2 (ln(pw/po) − w) − 3 ln(w/v) = 0. With equal arms the six means are enough.
/// </remarks>
internal sealed class SettingsCoordinates(bool symmetric, bool threeIntensities)
{
    private const int PerUser = 6;

    // Differences in the order of the coordinates: signal and decoy intensity and signal odds first, the three of the ridge last.
    private static readonly int[] DifferenceOrder = [0, 1, 3, 2, 4, 5];

    /// <summary>Index of κ.</summary>
    internal const int Kappa = 4;

    /// <summary>Number of leading coordinates that keep the point on the ridge.</summary>
    internal int RidgeSize => symmetric ? PerUser : 9;

    internal double[] Encode(UserParameters a, UserParameters b)
    {
        double[] userA = Encode(a);
        double[] userB = symmetric ? userA : Encode(b);
        double[] point = new double[symmetric ? PerUser : 2 * PerUser];
        for (int i = 0; i < PerUser; i++)
        {
            point[i] = 0.5 * (userA[i] + userB[i]);
            if (!symmetric)
            {
                int from = DifferenceOrder[i];
                point[PerUser + i] = 0.5 * (userA[from] - userB[from]);
            }
        }

        point[Kappa] -= (2 * point[5]) + (3 * point[2]);
        return point;
    }

    internal (UserParameters A, UserParameters B) Decode(double[] point) =>
        TryDecode(point, out UserParameters? a, out UserParameters? b)
            ? (a!, b!)
            : throw new InvalidOperationException("The search left the range of the settings.");

    internal bool TryDecode(double[] point, out UserParameters? a, out UserParameters? b)
    {
        Span<double> userA = stackalloc double[PerUser];
        Span<double> userB = stackalloc double[PerUser];
        point.AsSpan(0, PerUser).CopyTo(userA);
        userA[Kappa] += (2 * userA[5]) + (3 * userA[2]);
        userA.CopyTo(userB);
        for (int i = 0; i < PerUser && !symmetric; i++)
        {
            userA[DifferenceOrder[i]] += point[PerUser + i];
            userB[DifferenceOrder[i]] -= point[PerUser + i];
        }

        bool inRange = InRange(userA) && InRange(userB);
        a = inRange ? DecodeUser(userA) : null;
        b = !inRange ? null : symmetric ? a : DecodeUser(userB);
        return inRange;
    }

    private double[] Encode(UserParameters user)
    {
        double v = threeIntensities ? user.Z : user.V;
        return
        [
            Math.Log(user.Z),
            Math.Log(v),
            Math.Log(user.W / v),
            Math.Log(user.Pz / user.Po),
            Math.Log(user.Pv / user.Po) - v,
            Math.Log(user.Pw / user.Po) - user.W,
        ];
    }

    private UserParameters DecodeUser(ReadOnlySpan<double> user)
    {
        double z = Math.Exp(user[0]);
        double v = threeIntensities ? z : Math.Exp(user[1]);
        double w = v * Math.Exp(user[2]);
        double oddsZ = Math.Exp(user[3]);
        double oddsV = Math.Exp(user[4] + v);
        double oddsW = Math.Exp(user[5] + w);
        double sum = 1 + oddsZ + oddsV + oddsW;
        return new(z, v, w, oddsZ / sum, oddsV / sum, oddsW / sum, 1 / sum);
    }

    // Intensities of 0.001 to 2, w at most 0.95 v, odds of e^-12 to e^12: beyond all optima, inside what the bounds accept.
    private static bool InRange(ReadOnlySpan<double> user) =>
        user[0] is > -6.9 and < 0.69
        && user[1] is > -6.9 and < 0.69
        && user[2] is > -6.9 and < -0.05
        && Math.Abs(user[3]) < 12
        && Math.Abs(user[4]) < 12
        && Math.Abs(user[5]) < 12;
}
