using System.Globalization;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Plots;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Section of a report about the pairs of a network.</summary>
internal static class NetworkSection
{
    /// <summary>The section.</summary>
    /// <param name="network">Network.</param>
    /// <param name="optimised">Optimised point of each pair, connected all the time.</param>
    /// <param name="given">Point with the settings of the network file; null where it gives none.</param>
    internal static ReportSection Of(
        EvaluatedNetwork network, IReadOnlyList<EvaluatedPoint> optimised, IReadOnlyList<EvaluatedPoint?> given)
    {
        int size = network.Users.Count;
        double?[,] values = new double?[size, size];
        string[,] texts = new string[size, size];
        foreach (int cell in Enumerable.Range(0, size * size))
        {
            texts[cell / size, cell % size] = cell / size == cell % size ? "" : "–";
        }

        List<object?[]> rows = [];
        for (int i = 0; i < network.Pairs.Count; i++)
        {
            NetworkPair pair = network.Pairs[i];
            EvaluatedPoint point = optimised[i];
            double connected = point.BitsPerSlot * point.Scenario.Timing.SlotRateHz;
            int[] both = [Index(network, pair.A), Index(network, pair.B)];
            Set(both.Min(), both.Max(), connected);
            Set(both.Max(), both.Min(), connected * network.Share);
            rows.Add(
            [
                pair.Name, connected, connected * network.Share, point.Ell, given[i]?.Ell, point.PhaseError, point.QberZ,
                point.ReconciliationEfficiency, point.Sifted, point.Announced, point.ClickRateHz, point.Scenario.TotalLengthKm,
                point.Scenario.TotalLossDb,
                .. Settings(point.A!), .. Settings(point.B!), point.Check?.SimulatedSeconds, point.Check?.Worst.Sigma,
                point.Check?.Worst.Name, point.Check?.Differs,
            ]);
        }

        MatrixPlot matrix = new(
            "Pair rates in bit/s: connected (above), taking turns (below)", [.. network.Users.Select(user => user.Name)], values, texts);
        return new ReportSection(
            "network",
            $"Key rates of every pair: {network.Name}",
            [
                .. Assumptions.Of(network.Scenario, "distance", "loss-per-km", "hub-loss", "users"),
                ("pairs that take turns", network.Pairs.Count.ToString(CultureInfo.InvariantCulture)),
                ("share of time of a pair", network.Share.ToString("P2", CultureInfo.InvariantCulture)),
                .. network.Users.Select(user => ($"arm of {user.Name}", string.Create(
                    CultureInfo.InvariantCulture,
                    $"{user.Arm.LengthKm:G4} km × {user.Arm.LossDbPerKm:G4} dB/km + {user.Arm.HubLossDb:G4} dB"))),
            ],
            [
                "Settings of both users optimised for each pair; keyBitsAsGiven is the key with the settings of the network file, where it has any.",
                "Taking turns: the pairs share the hub equally, moves of the switch included; blocks are accumulated over as many turns as they need.",
            ],
            [new ReportFigure("network", null, matrix, "Above the diagonal as if the pair were always connected, below it in its turn.")],
            new ReportTable(
                [
                    "pair", "secretBitsPerSecondConnected", "secretBitsPerSecondInTurn", "keyBitsPerBlock", "keyBitsAsGiven", "phaseError",
                    "qberZ", "reconciliationEfficiency", "siftedPerBlock", "announcedPerBlock", "clicksPerSecondAndDetector", "fibreKm", "lossDb",
                    "zA", "vA", "wA", "pzA", "pvA", "pwA", "zB", "vB", "wB", "pzB", "pvB", "pwB",
                    "simulatedSeconds", "worstSigma", "worstCount", "differs",
                ],
                rows));

        void Set(int row, int column, double rate)
        {
            values[row, column] = rate;
            texts[row, column] = rate > 0 ? Cells.Short(rate) : "no key";
        }
    }

    private static int Index(EvaluatedNetwork network, string user) =>
        network.Users.Select((candidate, i) => (candidate.Name, i)).Single(entry => entry.Name == user).i;

    private static object?[] Settings(UserParameters user) => [user.Z, user.V, user.W, user.Pz, user.Pv, user.Pw];
}
