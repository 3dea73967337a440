using System.Globalization;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.Tests;

public class MeasuredEfficiencyTests
{
    private static readonly double[] Lengths = [65_536, 262_144, 1_048_576];

    // Where the tables of host/common/MdiQkd.Reconciliation/README.md begin: the QBERs of one, then its f.
    [Theory]
    [InlineData("| n = 1,048,576, QBER |", "| book's choice: f |", 1_048_576)]
    [InlineData("| QBER |", "| n = 262,144: f |", 262_144)]
    [InlineData("| QBER |", "| n = 65,536: f |", 65_536)]
    public void Is_the_measured_table_at_its_points(string heading, string row, double frameBits)
    {
        using Stream stream = typeof(MeasuredEfficiencyTests).Assembly.GetManifestResourceStream("reconciliation.md")!;
        using StreamReader reader = new(stream);
        string[] page = reader.ReadToEnd().Split('\n');
        double[] qbers = Numbers(page, heading);
        double[] efficiencies = Numbers(page, row);
        Assert.Equal(efficiencies.Length, qbers.Length);
        Assert.True(qbers.Length >= 5);
        Assert.All(qbers.Zip(efficiencies), point =>
            Assert.Equal(point.Second, MeasuredEfficiency.At(0.01 * point.First, frameBits), 1e-12));
    }

    [Fact]
    public void Lies_between_its_neighbours_elsewhere()
    {
        for (int i = 1; i < Lengths.Length; i++)
        {
            double between = Math.Sqrt(Lengths[i - 1] * Lengths[i]);
            for (double qber = 0.005; qber < 0.05; qber += 0.0007)
            {
                double shorter = MeasuredEfficiency.At(qber, Lengths[i - 1]);
                double longer = MeasuredEfficiency.At(qber, Lengths[i]);
                Assert.True(shorter > longer);
                Assert.Equal(0.5 * (shorter + longer), MeasuredEfficiency.At(qber, between), 1e-12);
                Assert.InRange(MeasuredEfficiency.At(qber + 0.0003, between), 1, MeasuredEfficiency.At(qber, between));
            }
        }

        // Half way between the points at 1 and 2 %.
        Assert.Equal(1.092, MeasuredEfficiency.At(0.015, 1_048_576), 1e-12);
    }

    [Fact]
    public void Stays_what_it_is_outside_the_table()
    {
        Assert.Equal(1.250, MeasuredEfficiency.At(0, 10), 1e-12);
        Assert.Equal(1.118, MeasuredEfficiency.At(1e-4, double.PositiveInfinity), 1e-12);
        Assert.Equal(1.075, MeasuredEfficiency.At(0.5, 1e9), 1e-12);
        Assert.Throws<KeyRateInputException>(() => MeasuredEfficiency.At(0.51, 1e6));
        Assert.Throws<KeyRateInputException>(() => MeasuredEfficiency.At(double.NaN, 1e6));
        Assert.Throws<KeyRateInputException>(() => MeasuredEfficiency.At(0.01, -1));
        Assert.Throws<KeyRateInputException>(() => MeasuredEfficiency.At(0.01, double.NaN));
    }

    // The hub takes the longest frames of which a block holds four.
    [Fact]
    public void A_block_has_no_less_than_its_frames_measured_and_at_most_one_step_more()
    {
        for (double sifted = 1e4; sifted < 1e9; sifted *= 1.1)
        {
            int step = Array.FindLastIndex(Lengths, length => sifted >= 4 * length);
            double f = MeasuredEfficiency.OfBlock(0.01, sifted);
            Assert.InRange(
                f,
                MeasuredEfficiency.At(0.01, Lengths[Math.Max(0, step)]),
                MeasuredEfficiency.At(0.01, Lengths[Math.Max(0, step - 1)]));
        }
    }

    [Theory]
    [InlineData(1e5)]
    [InlineData(1e6)]
    [InlineData(3e7)]
    public void Leak_grows_with_the_error_rate(double sifted)
    {
        double before = 0;
        for (double qber = 1e-4; qber <= 0.5; qber += 1e-4)
        {
            double leak = ReconciliationLeak.Expected(sifted, sifted * qber);
            Assert.True(leak > before);
            before = leak;
        }
    }

    [Fact]
    public void A_given_efficiency_is_used_as_it_is()
    {
        Assert.Equal(1.16 * 1e6 * Elementary.BinaryEntropy(0.02), ReconciliationLeak.Expected(1e6, 2e4, 1.16), 1e-6);
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        BlockScenario scenario = new(pair.Channel, DemoNetwork.DeadTime, DemoNetwork.BlockSlots, new());
        ExpectedBlock modelled = ExpectedBlock.Plan(scenario, pair.A, pair.B);
        ExpectedBlock given = ExpectedBlock.Plan(scenario with { ReconciliationEfficiency = 1.16 }, pair.A, pair.B);
        double entropy = Elementary.BinaryEntropy(given.QberZ) * given.Sifted;
        Assert.Equal(1.16, given.Key.Leak / entropy, 1e-12);
        Assert.Equal(MeasuredEfficiency.OfBlock(modelled.QberZ, modelled.Sifted), modelled.Key.Leak / entropy, 1e-12);
    }

    private static double[] Numbers(string[] page, string start) =>
    [
        .. page.First(line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..]
            .Split(['|', '%', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)),
    ];
}
