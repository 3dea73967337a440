namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Draws from a discrete distribution by the alias method (Walker 1977, Vose 1991): one random word and one table access, whatever
/// the number of entries.
/// </summary>
public sealed class AliasTable
{
    private const int AcceptBits = 40;

    private readonly int[] alias;
    private readonly ulong[] accept; // out of 2^AcceptBits

    /// <summary>Table for weights that are not negative and not all zero; they need not sum to one.</summary>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        alias = new int[weights.Length];
        accept = new ulong[weights.Length];
        Fill(weights.ToArray());
    }

    /// <summary>Draws an index.</summary>
    public int Draw(PhysicsRandom random)
    {
        // High word of the product: a uniform index (bias below 2^-40). Low word: the position within it.
        ulong high = Math.BigMul(random.NextUInt64(), (ulong)alias.Length, out ulong low);
        int i = (int)high;
        return (low >> (64 - AcceptBits)) < accept[i] ? i : alias[i];
    }

    private void Fill(double[] weights)
    {
        double sum = weights.Sum();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sum, nameof(weights));
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= weights.Length / sum;
            (weights[i] < 1 ? small : large).Push(i);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop();
            int more = large.Peek();
            accept[less] = (ulong)(weights[less] * (1L << AcceptBits));
            alias[less] = more;
            weights[more] -= 1 - weights[less];
            if (weights[more] < 1)
            {
                small.Push(large.Pop());
            }
        }

        foreach (int i in small.Concat(large))
        {
            accept[i] = 1UL << AcceptBits; // rounding leaves these at one
        }
    }
}
