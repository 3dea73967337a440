using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// For each pair of prepared states: the exact phase-averaged probabilities of the click patterns that hold a |ψ⁻⟩ pair, early in
/// one detector and late in the other, whatever the two remaining windows do.
/// </summary>
internal sealed class PotentialCoincidences
{
    // Pilots stay at probability zero: their clicks have their own source.
    private const int States = PreparedState.ValuesWithPilots;

    // Patterns with c early and d late, or d early and c late; the most probable first.
    private static readonly int[] Patterns = [9, 6, 13, 11, 14, 7, 15];

    private readonly double[] cumulative = new double[States * States * 8];
    private readonly double[] otherSlots = new double[ExactChannel.Patterns];

    public PotentialCoincidences(ExactChannel channel, SourceSettings sourceA, SourceSettings sourceB)
    {
        double[] patterns = new double[ExactChannel.Patterns];
        for (int pair = 0; pair < States * States; pair++)
        {
            var stateA = new PreparedState((byte)(pair / States));
            var stateB = new PreparedState((byte)(pair % States));
            if (stateA.Packed >= PreparedState.Values || stateB.Packed >= PreparedState.Values)
            {
                continue;
            }

            Array.Clear(patterns);
            channel.AddClickPatterns(PulseState.From(sourceA, stateA), PulseState.From(sourceB, stateB), 1, patterns);
            Accumulate(pair, patterns);
            double weight = 0.25 * sourceA.Probability(stateA.Label) * sourceB.Probability(stateB.Label);
            for (int i = 0; i < patterns.Length; i++)
            {
                otherSlots[i] += weight * (Patterns.Contains(i) ? 0 : patterns[i]);
            }
        }

        double sum = otherSlots.Sum();
        for (int i = 0; i < otherSlots.Length; i++)
        {
            otherSlots[i] /= sum;
        }
    }

    /// <summary>Largest <see cref="Probabilities"/> over all pairs of states.</summary>
    public double Largest { get; private set; }

    /// <summary>Distribution of the 16 click patterns in slots that are no potential coincidence, over the label mix.</summary>
    public ReadOnlySpan<double> OtherSlots => otherSlots;

    /// <summary>Probability that a slot with the given states (A × 16 + B) is a potential coincidence.</summary>
    public double[] Probabilities { get; } = new double[States * States];

    /// <summary>Click pattern for a uniform number below the pair's probability.</summary>
    public int Pattern(int pair, double uniform)
    {
        // Counted without a branch: the two likely patterns are equally likely.
        ReadOnlySpan<double> row = cumulative.AsSpan(pair * 8, 8);
        int i = 0;
        for (int k = 0; k < 6; k++)
        {
            i += uniform >= row[k] ? 1 : 0;
        }

        return Patterns[i];
    }

    private void Accumulate(int pair, double[] patterns)
    {
        double sum = 0;
        for (int i = 0; i < Patterns.Length; i++)
        {
            sum += patterns[Patterns[i]];
            cumulative[(pair * 8) + i] = sum;
        }

        Probabilities[pair] = sum;
        Largest = Math.Max(Largest, sum);
    }
}
