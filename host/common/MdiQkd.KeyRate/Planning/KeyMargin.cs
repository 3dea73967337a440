namespace MdiQkd.KeyRate.Planning;

/// <summary>
/// How far a planned block is from giving no key: the end of a block is fixed before it begins (PROTOCOL 1.2), so its size must
/// leave room for what the counts fluctuate by.
/// </summary>
public static class KeyMargin
{
    /// <summary>Margin that a plan should have, in standard deviations of the key length.</summary>
    public const double PlannedSigmas = 5;

    /// <summary>
    /// Standard deviation of the key length in bits: correct and wrong events of every label pair are independent Poisson counts, and
    /// the key length is followed to first order, by central differences of one standard deviation.
    /// </summary>
    /// <exception cref="KeyRateInputException">The scenario or the block is out of range.</exception>
    public static double SigmaBits(BlockScenario scenario, ExpectedBlock block)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(block);
        FourIntensityCounts c = block.Counts;
        (double Mean, Func<double, FourIntensityCounts> Shifted)[] counts =
        [
            (c.Nzz - c.Mzz, by => c with { Nzz = c.Nzz + by }),
            (c.Mzz, by => c with { Nzz = c.Nzz + by, Mzz = c.Mzz + by }),
            (c.Nww - c.Mww, by => c with { Nww = c.Nww + by }),
            (c.Mww, by => c with { Nww = c.Nww + by, Mww = c.Mww + by }),
            (c.Nvv - c.Mvv, by => c with { Nvv = c.Nvv + by }),
            (c.Mvv, by => c with { Nvv = c.Nvv + by, Mvv = c.Mvv + by }),
            (c.N0w, by => c with { N0w = c.N0w + by }),
            (c.Nw0, by => c with { Nw0 = c.Nw0 + by }),
            (c.N0v, by => c with { N0v = c.N0v + by }),
            (c.Nv0, by => c with { Nv0 = c.Nv0 + by }),
            (c.N00, by => c with { N00 = c.N00 + by }),
        ];
        double variance = 0;
        foreach ((double mean, Func<double, FourIntensityCounts> shifted) in counts)
        {
            // Below one expected event the lower side is cut at zero.
            double up = Math.Sqrt(mean);
            double down = Math.Min(up, mean);
            if (up > 0)
            {
                double slope = (Length(shifted(up)) - Length(shifted(-down))) / (up + down);
                variance += slope * slope * mean;
            }
        }

        return Math.Sqrt(variance);

        double Length(FourIntensityCounts shifted) => DoubleScanning.Evaluate(
            block.Parameters,
            shifted,
            scenario.Security,
            ReconciliationLeak.Expected(shifted.Nzz, shifted.Mzz, scenario.ReconciliationEfficiency),
            scenario.Estimation).Ell;
    }

    /// <summary>Expected key length over its standard deviation; 0 if no key is expected.</summary>
    public static double Sigmas(BlockScenario scenario, ExpectedBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return block.Key.Ell > 0 ? block.Key.Ell / SigmaBits(scenario, block) : 0;
    }
}
