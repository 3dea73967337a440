using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Draws from a discrete distribution by the alias method (Walker 1977, Vose 1991): one random word and one table access, whatever
/// the number of entries.
/// </summary>
public sealed class AliasTable
{
    /// <summary>Most entries of a table.</summary>
    public const int EntriesMax = 1 << AliasBits;

    private const int AliasBits = 24;
    private const int AcceptBits = 64 - AliasBits;

    private readonly ulong[] entries; // probability to stay, out of 2^AcceptBits, then the alias

    /// <summary>Table for weights that are not negative and not all zero; they need not sum to one.</summary>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weights.Length, EntriesMax, nameof(weights));
        entries = new ulong[weights.Length];
        Fill(weights.ToArray());
    }

    /// <summary>Draws an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Draw(PhysicsRandom random) => Draw(random.NextUInt64());

    /// <summary>Index that 64 uniform bits choose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Draw(ulong word)
    {
        // High word of the product: a uniform index (bias below 2^-40). Low word: the position within it. Half of all draws go
        // either way, which no processor can predict, so the choice takes no branch.
        ulong high = Math.BigMul(word, (ulong)entries.Length, out ulong low);
        ulong entry = entries[(int)high];
        int stay = (int)(((long)(low >> AliasBits) - (long)(entry >> AliasBits)) >> 63);
        int alias = (int)entry & (EntriesMax - 1);
        return alias ^ ((alias ^ (int)high) & stay);
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
            entries[less] = ((ulong)(weights[less] * (1L << AcceptBits)) << AliasBits) | (uint)more;
            weights[more] -= 1 - weights[less];
            if (weights[more] < 1)
            {
                small.Push(large.Pop());
            }
        }

        foreach (int i in small.Concat(large))
        {
            entries[i] = (uint)i; // rounding leaves these at one: own alias
        }
    }
}
