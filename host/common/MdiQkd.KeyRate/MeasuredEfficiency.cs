namespace MdiQkd.KeyRate;

/// <summary>
/// Efficiency f of reconciliation as the project's codes reach it: disclosed bits over n h(E), all rounds and failed frames included.
/// </summary>
/// <remarks>
/// <para>Source: `mdiqkd bench reconcile` with the code that the hub chooses, the tables of host/common/MdiQkd.Reconciliation/README.md
/// (300 frames of 1,048,576 bits a point, 500 to 1,000 of 262,144, 4,000 of 65,536).</para>
/// <para>Between the points f is linear in the QBER and in the logarithm of the frame length. Outside, f stays what it is at the edge: a QBER
/// below 0.5 % (where the true f rises; no code has fewer than 27 rows in 1,024 bits) or above 5 %, frames shorter than 65,536 or longer than
/// 1,048,576 bits. What the hub adds to the QBER because it only estimates it is not in the tables.</para>
/// </remarks>
public static class MeasuredEfficiency
{
    // The hub takes frames of L bits for blocks of 4 L to 16 L: with a sixteenth of the block as their length f is continuous and
    // nowhere below the tables.
    private const double FramesPerBlock = 16;

    private static readonly (double Bits, (double Qber, double F)[] Points)[] Tables =
    [
        (65_536, [(0.005, 1.250), (0.01, 1.175), (0.02, 1.140), (0.03, 1.131), (0.05, 1.119)]),
        (262_144, [(0.005, 1.163), (0.01, 1.126), (0.02, 1.112), (0.03, 1.100), (0.05, 1.091)]),
        (1_048_576, [(0.005, 1.118), (0.006, 1.109), (0.01, 1.100), (0.02, 1.084), (0.03, 1.080), (0.05, 1.075)]),
    ];

    /// <summary>f of frames of one length.</summary>
    /// <param name="qber">Error rate of the sifted bits, 0 to 0.5.</param>
    /// <param name="frameBits">Length of the frames, 0 or more; infinity for the longest.</param>
    /// <exception cref="KeyRateInputException">A value is out of range.</exception>
    public static double At(double qber, double frameBits)
    {
        KeyRateInputException.RequireRange(qber, 0, 0.5);
        KeyRateInputException.RequireRange(frameBits, 0, double.PositiveInfinity);
        int above = 1;
        while (above < Tables.Length - 1 && Tables[above].Bits < frameBits)
        {
            above++;
        }

        (double lower, double upper) = (Tables[above - 1].Bits, Tables[above].Bits);
        double share = Math.Log(Math.Clamp(frameBits, lower, upper) / lower) / Math.Log(upper / lower);
        return Mix(Within(Tables[above - 1].Points, qber), Within(Tables[above].Points, qber), share);
    }

    /// <summary>f of a block of this many sifted bits, for planning: at most one step of the frame length too high.</summary>
    /// <param name="qber">Error rate of the sifted bits, 0 to 0.5.</param>
    /// <param name="siftedBits">Sifted bits of the block, 0 or more; infinity for the longest frames.</param>
    /// <exception cref="KeyRateInputException">A value is out of range.</exception>
    public static double OfBlock(double qber, double siftedBits) => At(qber, siftedBits / FramesPerBlock);

    private static double Within((double Qber, double F)[] points, double qber)
    {
        int above = 1;
        while (above < points.Length - 1 && points[above].Qber < qber)
        {
            above++;
        }

        ((double lower, double atLower), (double upper, double atUpper)) = (points[above - 1], points[above]);
        return Mix(atLower, atUpper, (Math.Clamp(qber, lower, upper) - lower) / (upper - lower));
    }

    // Exact at both ends.
    private static double Mix(double first, double second, double share) => (first * (1 - share)) + (second * share);
}
