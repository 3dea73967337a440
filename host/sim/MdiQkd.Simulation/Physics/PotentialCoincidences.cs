using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private static ReadOnlySpan<byte> Patterns => [9, 6, 13, 11, 14, 7, 15];

    private const int LikelyPatterns = 0x69; // the first two

    private readonly double[] cumulative = new double[States * States * 8];
    private readonly ulong[] cumulativeWords = new ulong[States * States * 8];
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
                otherSlots[i] += weight * (Patterns.Contains((byte)i) ? 0 : patterns[i]);
            }
        }

        double sum = otherSlots.Sum();
        for (int i = 0; i < otherSlots.Length; i++)
        {
            otherSlots[i] /= sum;
        }

        for (int i = 0; Largest > 0 && i < cumulative.Length; i++)
        {
            cumulativeWords[i] = CandidateSlots.WordsOf(cumulative[i] / Largest);
        }

        for (int pair = 0; pair < Words.Length; pair++)
        {
            Words[pair] = cumulativeWords[(pair * 8) + Patterns.Length - 1];
        }
    }

    /// <summary>Largest probability of a potential coincidence over all pairs of states.</summary>
    public double Largest { get; private set; }

    /// <summary>Distribution of the 16 click patterns in slots that are no potential coincidence, over the label mix.</summary>
    public ReadOnlySpan<double> OtherSlots => otherSlots;

    /// <summary>
    /// A slot that is a candidate with probability <see cref="Largest"/> is a potential coincidence if its random word lies below that of its
    /// states (A × 16 + B).
    /// </summary>
    public ulong[] Words { get; } = new ulong[States * States];

    /// <summary>Click pattern that a word below the pair's chooses.</summary>
    /// <param name="pair">States, A × 16 + B.</param>
    /// <param name="word">Random word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Pattern(byte pair, ulong word)
    {
        // The two likely patterns are equally likely: no branch between them.
        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(cumulativeWords), pair * 8);
        return word < Unsafe.Add(ref row, 1) ? LikelyPatterns >> (word >= row ? 4 : 0) & 15 : UnlikelyPattern(ref row, word);
    }

    private static int UnlikelyPattern(ref ulong row, ulong word)
    {
        int i = 2;
        while (i < Patterns.Length - 1 && word >= Unsafe.Add(ref row, i))
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
