using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.Planning;

/// <summary>
/// Chooses intensities and label probabilities of a pair for the longest expected key: twelve numbers, or six if both arms are equal.
/// </summary>
/// <remarks>
/// <para>Design. A Rosenbrock search in the coordinates of <see cref="SettingsCoordinates"/>, first on the ridge where the bounds of A
/// and B coincide (nine numbers), then off it. Deterministic: the same scenario gives the same settings.</para>
/// <para>Trade-offs. Without a key there is no slope to follow. If the start has none, the search begins with a longer block, where it
/// has one, and shortens the block step by step to the wanted length, always from the last optimum.</para>
/// </remarks>
public static class SettingsOptimiser
{
    // The scan over u is refined anyway; a coarse grid finds the same minimum and costs a fifth.
    private const int SearchScanPoints = 15;
    private const int EvaluationsMax = 1_500;
    private const double FirstStep = 0.2;
    private const double LastStep = 1e-3;

    // A block so long is as good as an infinite one.
    private const double LengtheningMax = 1e9;
    private const double SmallestShortening = 1.02;
    private const int RestartsMax = 6;

    // Of ln(rate): 0.05 %.
    private const double RestartGain = 5e-4;

    /// <summary>Best settings for a scenario.</summary>
    /// <param name="scenario">Arms, detectors, block length.</param>
    /// <param name="threeIntensities">
    /// Signal and stronger decoy share one intensity (z = v): the three-intensity protocol, in which that intensity is sent in both bases.
    /// </param>
    /// <param name="start">Settings to start from, such as the optimum of a neighbouring scenario; null = a general start.</param>
    /// <returns>The settings; without a key at any settings found, those that came closest.</returns>
    /// <exception cref="KeyRateInputException">The scenario or the start is out of range.</exception>
    public static OptimisedSettings Optimise(
        BlockScenario scenario, bool threeIntensities = false, (UserParameters A, UserParameters B)? start = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ChannelParameters channel = scenario.Channel;
        SettingsCoordinates coordinates = new(channel.ArmLossDbA == channel.ArmLossDbB, threeIntensities);
        Search search = new(scenario, coordinates);
        (UserParameters a, UserParameters b) = start ?? GeneralStart(channel, threeIntensities);
        a.Validate('a');
        b.Validate('b');
        double[] point = coordinates.Encode(a, b);
        search.Run(point);
        (a, b) = coordinates.Decode(point);
        return new(a, b, ExpectedBlock.Plan(scenario, a, b), search.Evaluations);
    }

    // Typical optimum for blocks of 1e11 slots at 30-50 km. Unequal arms want decoys that arrive equally bright (Wang, Xu, Lo, PRX 9,
    // 041012 (2019)) and signals half way there.
    private static (UserParameters A, UserParameters B) GeneralStart(ChannelParameters channel, bool threeIntensities)
    {
        double balance = Math.Pow(10, Math.Clamp(0.5 * (channel.ArmLossDbA - channel.ArmLossDbB), -7, 7) / 10);
        return (Scaled(balance), Scaled(1 / balance));

        UserParameters Scaled(double factor) => threeIntensities
            ? new(0.4 * factor, 0.4 * factor, 0.05 * factor, 0.65, 0.03, 0.26, 0.06)
            : new(0.55 * Math.Sqrt(factor), 0.17 * factor, 0.06 * factor, 0.68, 0.07, 0.2, 0.05);
    }

    private sealed class Search(BlockScenario scenario, SettingsCoordinates coordinates)
    {
        private readonly BlockScenario coarse = scenario with
        {
            Estimation = (scenario.Estimation ?? EstimationOptions.Default) with { ScanPoints = SearchScanPoints },
        };

        internal int Evaluations { get; private set; }

        internal void Run(double[] point)
        {
            point.AsSpan(coordinates.RidgeSize).Clear();
            // 1, 1.25, 1.6, 2.4, 6, 36, 1.3e3, 1.6e6, 2.5e12: a start that nearly has a key is not led far away.
            double lengthening = 1;
            double next = 1.25;
            while (!HasKey(point, lengthening) && lengthening < LengtheningMax)
            {
                lengthening = next;
                next *= next;
            }

            if (!HasKey(point, lengthening))
            {
                Maximise(p => Balance(p, lengthening), point, FirstStep, 0.01);
            }

            if (HasKey(point, lengthening) && TryShorten(point, lengthening))
            {
                Polish(point);
            }
        }

        private bool HasKey(double[] point, double lengthening) => Rate(point, lengthening) > double.NegativeInfinity;

        private bool TryShorten(double[] point, double lengthening)
        {
            while (lengthening > 1)
            {
                Maximise(p => Rate(p, lengthening), point, FirstStep, 10 * LastStep);
                double factor = lengthening;
                while (!HasKey(point, lengthening / factor))
                {
                    factor = Math.Sqrt(factor);
                    if (factor <= SmallestShortening)
                    {
                        // Even the best settings need a longer block than the wanted one.
                        return false;
                    }
                }

                lengthening /= factor;
            }

            return true;
        }

        // First free, then on the ridge κ = 0, then with every coordinate free, always from the best so far.
        private void Polish(double[] point)
        {
            double best = MaximiseWithRestarts(point, keepKappa: false);
            double[] onRidge = [.. point];
            onRidge[SettingsCoordinates.Kappa] = 0;
            if (HasKey(onRidge, 1) && MaximiseWithRestarts(onRidge, keepKappa: true) > best)
            {
                onRidge.CopyTo(point, 0);
            }

            // With equal arms the first search has had every coordinate.
            if (coordinates.RidgeSize < point.Length)
            {
                RosenbrockSearch.Maximise(p => Rate(p, 1), point, 0.25 * FirstStep, LastStep, EvaluationsMax);
            }
        }

        // Kinks can hold a search up; one with fresh directions leaves them. It ends when that gains nothing.
        private double MaximiseWithRestarts(double[] point, bool keepKappa)
        {
            double best = Maximise(p => Rate(p, 1), point, FirstStep, LastStep, keepKappa);
            for (int restart = 1; restart <= RestartsMax; restart++)
            {
                double next = Maximise(p => Rate(p, 1), point, FirstStep / (1 << (restart % 3)), LastStep, keepKappa);
                bool done = next - best < RestartGain;
                best = next;
                if (done)
                {
                    break;
                }
            }

            return best;
        }

        // Moves the leading coordinates only, with or without κ.
        private double Maximise(
            Func<double[], double> value, double[] point, double firstStep, double lastStep, bool keepKappa = false)
        {
            int[] moving = [.. Enumerable.Range(0, coordinates.RidgeSize).Where(i => !keepKappa || i != SettingsCoordinates.Kappa)];
            double[] full = [.. point];
            double[] start = [.. moving.Select(i => point[i])];
            double best = RosenbrockSearch.Maximise(Moved, start, firstStep, lastStep, EvaluationsMax);
            Moved(start);
            full.CopyTo(point, 0);
            return best;

            double Moved(double[] values)
            {
                for (int i = 0; i < moving.Length; i++)
                {
                    full[moving[i]] = values[i];
                }

                return value(full);
            }
        }

        // ln of the key length per slot for a block lengthened by a factor; negative infinity without a key.
        private double Rate(double[] point, double lengthening) =>
            TryPlan(point, lengthening, out ExpectedBlock? block) && block!.Key.Ell > 0
                ? Math.Log(block.SecretBitsPerSlot)
                : double.NegativeInfinity;

        // ln of what is distilled over what is taken off: leads from settings without a key to a key, which the key length itself
        // does not (it would rather send no signal at all).
        private double Balance(double[] point, double lengthening)
        {
            if (!TryPlan(point, lengthening, out ExpectedBlock? block))
            {
                return double.NegativeInfinity;
            }

            double cost = block!.Key.Leak + block.Key.C;
            return Math.Log(Math.Max(0, block.Key.Ell + cost) / cost);
        }

        private bool TryPlan(double[] point, double lengthening, out ExpectedBlock? block)
        {
            Evaluations++;
            block = null;
            if (!coordinates.TryDecode(point, out UserParameters? a, out UserParameters? b))
            {
                return false;
            }

            block = ExpectedBlock.Plan(coarse with { Slots = coarse.Slots * lengthening }, a!, b!);
            return true;
        }
    }
}
