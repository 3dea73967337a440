using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Click patterns of live detectors for all 16 label pairs of two users, apart for equal and different bits: everything that the
/// expected counts of a block and the dead-time chain need, computed once.
/// </summary>
internal sealed class LabelPairPatterns
{
    private const int Labels = 4;

    private readonly UserParameters a;
    private readonly UserParameters b;
    private readonly bool acceptPsiPlus;

    // [label of A × label of B × (equal, different) × pattern]
    private readonly double[] values = new double[Labels * Labels * 2 * ExactChannel.Patterns];

    internal LabelPairPatterns(ExactChannel channel, UserParameters a, UserParameters b)
    {
        ArgumentNullException.ThrowIfNull(channel);
        this.a = a;
        this.b = b;
        acceptPsiPlus = channel.Parameters.AcceptPsiPlus;
        for (int labelA = 0; labelA < Labels; labelA++)
        {
            for (int labelB = 0; labelB < Labels; labelB++)
            {
                channel.BitPatterns(
                    a.Intensity((IntensityLabel)labelA),
                    PulseState.BasisOf((IntensityLabel)labelA),
                    b.Intensity((IntensityLabel)labelB),
                    PulseState.BasisOf((IntensityLabel)labelB),
                    Patterns(labelA, labelB, 0),
                    Patterns(labelA, labelB, 1));
            }
        }
    }

    /// <summary>16 probabilities of the click patterns, averaged over the label mix and uniform bits.</summary>
    internal double[] Mixed()
    {
        double[] mixed = new double[ExactChannel.Patterns];
        for (int labelA = 0; labelA < Labels; labelA++)
        {
            for (int labelB = 0; labelB < Labels; labelB++)
            {
                double weight = a.Probability((IntensityLabel)labelA) * b.Probability((IntensityLabel)labelB);
                Span<double> equal = Patterns(labelA, labelB, 0);
                Span<double> different = Patterns(labelA, labelB, 1);
                for (int pattern = 0; pattern < mixed.Length; pattern++)
                {
                    mixed[pattern] += weight * (equal[pattern] + different[pattern]);
                }
            }
        }

        return mixed;
    }

    /// <summary>Effective gain of a label pair.</summary>
    internal PairGain Gain(DeadTimeChain chain, IntensityLabel labelA, IntensityLabel labelB) => chain.Gain(
        Patterns((int)labelA, (int)labelB, 0),
        Patterns((int)labelA, (int)labelB, 1),
        labelA == IntensityLabel.Z && labelB == IntensityLabel.Z,
        acceptPsiPlus);

    private Span<double> Patterns(int labelA, int labelB, int different) => values.AsSpan(
        ((((labelA * Labels) + labelB) * 2) + different) * ExactChannel.Patterns, ExactChannel.Patterns);
}
