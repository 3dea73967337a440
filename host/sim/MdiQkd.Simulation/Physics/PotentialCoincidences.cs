using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// For each pair of prepared states: the exact phase-averaged probabilities of the click patterns that hold a |ψ⁻⟩ pair, early in
/// one detector and late in the other, whatever the two remaining windows do.
/// </summary>
internal sealed class PotentialCoincidences
{
    private const int States = PreparedState.Values;

    // Patterns with c early and d late, or d early and c late; the most probable first.
    private static readonly int[] Patterns = [9, 6, 13, 11, 14, 7, 15];

    private readonly double[] cumulative = new double[States * States * 8];
    private readonly double[] otherSlots = new double[ExactChannel.Patterns];

    public PotentialCoincidences(StationSettings station, UserLight a, UserLight b, PilotPattern pilots)
    {
        InterferenceSettings quality = station.Interference;
        var channel = new ExactChannel(new ChannelParameters(
            a.LossDb,
            b.LossDb,
            station.Detectors.Efficiency,
            ChannelParameters.DarkCountsOf(station.Detectors.DarkRateHz, station.Timing.WindowPs),
            quality.Overlap,
            quality.Extinction,
            quality.PhaseErrorRad,
            quality.MisalignmentZ,
            quality.MisalignmentX));
        double pilotShare = (double)pilots.Length / pilots.Period;
        for (int pair = 0; pair < States * States; pair++)
        {
            var stateA = new PreparedState((byte)(pair / States));
            var stateB = new PreparedState((byte)(pair % States));
            double[] patterns = new double[ExactChannel.Patterns];
            channel.AddClickPatterns(PulseState.From(a.Source, stateA), PulseState.From(b.Source, stateB), 1, patterns);
            Accumulate(pair, patterns);
            double weight = 0.25 * a.Source.Probability(stateA.Label) * b.Source.Probability(stateB.Label) * (1 - pilotShare);
            if (stateA == PilotPattern.State && stateB == PilotPattern.State)
            {
                weight += pilotShare;
            }

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

    /// <summary>Largest <see cref="Probability"/> over all pairs of states.</summary>
    public double Largest { get; private set; }

    /// <summary>Distribution of the 16 click patterns in slots that are no potential coincidence, over the label mix.</summary>
    public ReadOnlySpan<double> OtherSlots => otherSlots;

    /// <summary>Probability that a slot with the given states (A × 8 + B) is a potential coincidence.</summary>
    public double Probability(int pair) => cumulative[(pair * 8) + Patterns.Length - 1];

    /// <summary>Click pattern for a uniform number below <see cref="Probability"/>.</summary>
    public int Pattern(int pair, double uniform)
    {
        int i = 0;
        while (uniform >= cumulative[(pair * 8) + i])
        {
            i++;
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

        Largest = Math.Max(Largest, sum);
    }
}
