using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>Turns words into the indices that they choose, in place.</summary>
    public void DrawAll(Span<ulong> words)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            ref ulong word = ref MemoryMarshal.GetReference(words);
            for (; i + Vector256<ulong>.Count <= words.Length; i += Vector256<ulong>.Count)
            {
                Draw(Vector256.LoadUnsafe(ref word, (nuint)i)).StoreUnsafe(ref word, (nuint)i);
            }
        }

        for (; i < words.Length; i++)
        {
            words[i] = (ulong)Draw(words[i]);
        }
    }

    // The product of 64 and 32 bits from two of 32 bits each, then as for one word.
    private unsafe Vector256<ulong> Draw(Vector256<ulong> words)
    {
        Vector256<uint> length = Vector256.Create((ulong)entries.Length).AsUInt32();
        Vector256<ulong> lower = Avx2.Multiply(words.AsUInt32(), length);
        Vector256<ulong> upper = Avx2.Multiply((words >> 32).AsUInt32(), length) + (lower >> 32);
        Vector256<ulong> high = upper >> 32;
        Vector256<ulong> low = Avx2.Blend(lower.AsUInt32(), (upper << 32).AsUInt32(), 0b1010_1010).AsUInt64();
        Vector256<ulong> entry;
        fixed (ulong* table = entries)
        {
            entry = Avx2.GatherVector256(table, high.AsInt64(), sizeof(ulong));
        }

        Vector256<long> stays = Vector256.GreaterThan((entry >> AliasBits).AsInt64(), (low >> AliasBits).AsInt64());
        return Vector256.ConditionalSelect(stays.AsUInt64(), high, entry & Vector256.Create((ulong)(EntriesMax - 1)));
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
