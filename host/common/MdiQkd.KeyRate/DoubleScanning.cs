using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate;

/// <summary>
/// Finite-size key length of the four-intensity protocol: Jiang, Yu, Hu, Wang, PRA 103, 012402 (2021), with the two older methods
/// that it improves on.
/// </summary>
/// <remarks>
/// <para>Design. s11(M,H) = [L − U + cw (M − H)]/D and e11(M,H) = (M − H/2)/(a1 b1 s11); the key length is the minimum over the box of M and H.
/// With u = M − H/2 fixed, s11 falls with H and the key grows with s11, so the minimum lies at H = min(HU, 2(MU − u)) and a scan over
/// u alone finds it: a grid, then a golden-section search around its lowest point.</para>
/// <para>Trade-offs. Both senders' error strings are public to the hub, which knows x ⊕ y; an event where A sent vacuum would then
/// give the hub A's bit from B's light. The vacuum term n0 of Curty et al. is therefore always 0 here (PROTOCOL 3.2; worth less than 1e-4
/// of n11).</para>
/// </remarks>
public static class DoubleScanning
{
    // 0.618^45 = 4e-10 of two grid steps: below the square root of the rounding of ell, which limits a minimum's position.
    private const int GoldenSteps = 45;

    /// <summary>Key length of a block.</summary>
    /// <param name="parameters">Intensities and realised probabilities.</param>
    /// <param name="counts">Announced events and errors.</param>
    /// <param name="security">Failure probabilities.</param>
    /// <param name="leakEc">Bits disclosed by reconciliation, failed frames whole (PROTOCOL 5.2); 0 or more.</param>
    /// <param name="options">Method; null = <see cref="EstimationOptions.Default"/>.</param>
    /// <returns>The bounds at the worst point and the key length, which may be 0 or negative: then there is no key.</returns>
    /// <exception cref="KeyRateInputException">An input is out of range.</exception>
    public static KeyLengthResult Evaluate(
        FourIntensityParameters parameters,
        FourIntensityCounts counts,
        SecurityParameters security,
        double leakEc,
        EstimationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(security);
        options ??= EstimationOptions.Default;
        parameters.Validate();
        counts.Validate(parameters);
        security.Validate();
        KeyRateInputException.RequireRange(leakEc, 0, double.MaxValue, "leakEc");
        KeyRateInputException.RequireRange(options.ScanPoints, 3, 100_001, "scan");
        return EvaluateValid(parameters, counts, security, leakEc, options);
    }

    private static KeyLengthResult EvaluateValid(
        FourIntensityParameters parameters,
        FourIntensityCounts counts,
        SecurityParameters security,
        double leakEc,
        EstimationOptions options)
    {
        ChernoffBound chernoff = new(security.Epsilon, options.Chernoff);
        DecoyCoefficients k = new(parameters.A, parameters.B);
        YieldBounds bounds = YieldBounds.From(parameters, counts, k, chernoff);
        double slotsZz = parameters.N * parameters.A.Pz * parameters.B.Pz;
        KeyPoint key = new(
            k, bounds, chernoff, slotsZz * Poisson(1, parameters.A.Z) * Poisson(1, parameters.B.Z), leakEc, security.ConstantBits);
        return options.Method switch
        {
            EstimationMethod.Plain => key.At(bounds.ErrorLower, bounds.ErrorUpper, bounds.VacuumUpper, bounds.VacuumLower),
            EstimationMethod.SingleScan => ScanVacuum(key, bounds, options.ScanPoints),
            _ => ScanBoth(key, bounds, options.ScanPoints),
        };
    }

    private static KeyLengthResult ScanVacuum(KeyPoint key, YieldBounds bounds, int points)
    {
        KeyLengthResult? worst = null;
        for (int i = 0; i < points; i++)
        {
            double h = bounds.VacuumLower + ((bounds.VacuumUpper - bounds.VacuumLower) * i / (points - 1));
            KeyLengthResult candidate = key.At(bounds.ErrorLower, bounds.ErrorUpper, h, h);
            worst = worst is null || candidate.Ell < worst.Ell ? candidate : worst;
        }

        return worst!;
    }

    private static KeyLengthResult ScanBoth(KeyPoint key, YieldBounds bounds, int points)
    {
        double from = Math.Max(0, bounds.ErrorLower - (0.5 * bounds.VacuumUpper));
        double to = bounds.ErrorUpper - (0.5 * bounds.VacuumLower);
        if (to < from)
        {
            // More vacuum events than w–w errors can carry: no channel explains the counts within ε, so nothing is shown.
            return key.Nothing(bounds.ErrorUpper, bounds.VacuumLower);
        }

        double step = (to - from) / (points - 1);
        double worst = from;
        double lowest = key.EllAt(from);
        for (int i = 1; i < points; i++)
        {
            double u = from + ((to - from) * i / (points - 1));
            double ell = key.EllAt(u);
            if (ell < lowest)
            {
                lowest = ell;
                worst = u;
            }
        }

        double refined = Refine(key, Math.Max(from, worst - step), Math.Min(to, worst + step));
        return key.AtScanned(key.EllAt(refined) < lowest ? refined : worst);
    }

    // Golden-section search; each step keeps one of its two inner points.
    private static double Refine(KeyPoint key, double left, double right)
    {
        double golden = 0.5 * (Math.Sqrt(5) - 1);
        double low = right - (golden * (right - left));
        double high = left + (golden * (right - left));
        double ellLow = key.EllAt(low);
        double ellHigh = key.EllAt(high);
        for (int i = 0; i < GoldenSteps; i++)
        {
            if (ellLow < ellHigh)
            {
                right = high;
                high = low;
                ellHigh = ellLow;
                low = right - (golden * (right - left));
                ellLow = key.EllAt(low);
            }
            else
            {
                left = low;
                low = high;
                ellLow = ellHigh;
                high = left + (golden * (right - left));
                ellHigh = key.EllAt(high);
            }
        }

        return 0.5 * (left + right);
    }

    // Key length at one point; M and H enter s11 and e11 apart so that the older methods can take the worse end in each.
    private readonly record struct KeyPoint(
        DecoyCoefficients K, YieldBounds Bounds, ChernoffBound Chernoff, double SinglesSlotsZz, double Leak, double C)
    {
        internal double EllAt(double u)
        {
            (double m, double h) = Corner(u);
            return Solve(m, m, h, h).Ell;
        }

        internal KeyLengthResult AtScanned(double u)
        {
            (double m, double h) = Corner(u);
            return At(m, m, h, h);
        }

        internal KeyLengthResult At(double errorForS11, double errorForE11, double vacuumForS11, double vacuumForE11)
        {
            (double ell, double s11, double e11, double n11, double phi) =
                Solve(errorForS11, errorForE11, vacuumForS11, vacuumForE11);
            return new(ell, s11, e11, n11, phi, C, Leak, errorForE11, vacuumForS11);
        }

        internal KeyLengthResult Nothing(double m, double h) => new(-Leak - C, 0, 0.5, 0, 0.5, C, Leak, m, h);

        // Where the key is shortest at fixed u = M − H/2.
        private (double M, double H) Corner(double u)
        {
            double h = Math.Min(Bounds.VacuumUpper, 2 * (Bounds.ErrorUpper - u));
            return (u + (0.5 * h), h);
        }

        private (double Ell, double S11, double E11, double N11, double Phi) Solve(
            double errorForS11, double errorForE11, double vacuumForS11, double vacuumForE11)
        {
            double s11 = (Bounds.CorrectLower - Bounds.StrongUpper + (K.Cw * (errorForS11 - vacuumForS11))) / K.D;
            double n11 = s11 > 0 ? Chernoff.CountLower(SinglesSlotsZz * s11) : 0;
            if (n11 <= 0)
            {
                return (-Leak - C, 0, 0.5, 0, 0.5);
            }

            double e11 = Math.Max(0, errorForE11 - (0.5 * vacuumForE11)) / (K.SinglesW * s11);
            double phi = Chernoff.CountUpper(n11 * e11) / n11;
            return ((n11 * (1 - BinaryEntropy(phi))) - Leak - C, s11, e11, n11, phi);
        }
    }
}
