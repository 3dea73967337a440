using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>
/// Announced events of one session, drawn from the exact channel: label pair and bits follow the posterior of a |ψ⁻⟩
/// coincidence, slots are uniform gaps. Seeded.
/// </summary>
internal sealed class LinkEvents
{
    private readonly (PreparedState A, PreparedState B)[] pairs;
    private readonly double[] cumulative;

    public LinkEvents(SourceSettings a, SourceSettings b, ChannelParameters channel)
    {
        ExactChannel exact = new(channel);
        List<(PreparedState, PreparedState)> states = [];
        List<double> weights = [];
        double sum = 0;
        for (byte x = 0; x < PreparedState.Values; x++)
        {
            for (byte y = 0; y < PreparedState.Values; y++)
            {
                PreparedState sa = new(x);
                PreparedState sb = new(y);
                sum += a.Probability(sa.Label) * b.Probability(sb.Label)
                    * exact.Outcomes(PulseState.From(a, sa), PulseState.From(b, sb)).PsiMinus / 4;
                states.Add((sa, sb));
                weights.Add(sum);
            }
        }

        pairs = [.. states];
        cumulative = [.. weights.Select(weight => weight / sum)];
        CoincidenceProbability = sum;
    }

    /// <summary>Probability of a |ψ⁻⟩ coincidence per slot.</summary>
    public double CoincidenceProbability { get; }

    /// <summary>Draws the events of a session.</summary>
    public (long[] Slots, byte[] StatesA, byte[] StatesB) Draw(int count, long slots, int guardSlots, int seed)
    {
        Random random = new(seed);
        long gap = (slots - guardSlots - 2) / count;
        long[] result = new long[count];
        byte[] a = new byte[count];
        byte[] b = new byte[count];
        for (int index = 0; index < count; index++)
        {
            result[index] = (index * gap) + random.NextInt64(gap);
            int pair = Array.BinarySearch(cumulative, random.NextDouble());
            (PreparedState stateA, PreparedState stateB) = pairs[Math.Min(pairs.Length - 1, pair < 0 ? ~pair : pair)];
            a[index] = stateA.Packed;
            b[index] = stateB.Packed;
        }

        return (result, a, b);
    }
}
