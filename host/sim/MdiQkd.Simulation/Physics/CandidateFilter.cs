using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Accepts candidates by the states prepared in their slots. Which are accepted cannot be predicted, so their places are collected without
/// a branch.
/// </summary>
internal sealed class CandidateFilter
{
    private readonly CandidateSlots candidates;
    private readonly IPreparedStates statesA;
    private readonly IPreparedStates statesB;
    private readonly int[] places = new int[CandidateSlots.BatchSize];
    private readonly long[] slots = new long[CandidateSlots.BatchSize];
    private readonly byte[] packedA = new byte[CandidateSlots.BatchSize];
    private readonly byte[] packedB = new byte[CandidateSlots.BatchSize];
    private int count;

    /// <param name="candidates">Candidates.</param>
    /// <param name="statesA">States of A.</param>
    /// <param name="statesB">States of B.</param>
    public CandidateFilter(CandidateSlots candidates, IPreparedStates statesA, IPreparedStates statesB)
    {
        this.candidates = candidates;
        this.statesA = statesA;
        this.statesB = statesB;
    }

    /// <summary>Places of the accepted candidates in the batch, in order.</summary>
    public ReadOnlySpan<int> Accepted => places.AsSpan(0, count);

    /// <summary>Their states, A × 16 + B.</summary>
    public int[] Pairs { get; } = new int[CandidateSlots.BatchSize];

    /// <summary>Accepts candidates whose random word lies below that of both states.</summary>
    /// <param name="first">First place of the batch.</param>
    /// <param name="end">Place after the last.</param>
    /// <param name="wordsOfPair">By both states, A × 16 + B.</param>
    public void Accept(int first, int end, ulong[] wordsOfPair)
    {
        Read(candidates.Slots[first..end]);
        ReadOnlySpan<ulong> words = candidates.Words[first..end];
        ReadOnlySpan<byte> a = packedA.AsSpan(0, words.Length);
        ReadOnlySpan<byte> b = packedB.AsSpan(0, words.Length);
        (int[] acceptedPlaces, int[] acceptedPairs) = (places, Pairs);
        int accepted = 0;
        for (int n = 0; n < words.Length; n++)
        {
            int pair = (a[n] * PreparedState.ValuesWithPilots) + b[n];
            acceptedPlaces[accepted] = first + n;
            acceptedPairs[accepted] = pair;
            accepted += words[n] < wordsOfPair[pair] ? 1 : 0;
        }

        count = accepted;
    }

    /// <summary>The same for those only whose number lies below a bound.</summary>
    /// <param name="first">First place of the batch.</param>
    /// <param name="end">Place after the last.</param>
    /// <param name="numbers">A number for each place of the batch.</param>
    /// <param name="bound">Bound.</param>
    /// <param name="wordsOfPair">By both states, A × 16 + B.</param>
    public void Accept(int first, int end, ReadOnlySpan<long> numbers, long bound, ulong[] wordsOfPair)
    {
        int kept = Keep(first, end, numbers, bound);
        Read(slots.AsSpan(0, kept));
        ReadOnlySpan<ulong> words = candidates.Words;
        ReadOnlySpan<byte> a = packedA.AsSpan(0, kept);
        ReadOnlySpan<byte> b = packedB.AsSpan(0, kept);
        (int[] acceptedPlaces, int[] acceptedPairs) = (places, Pairs);
        int accepted = 0;
        for (int n = 0; n < a.Length; n++)
        {
            int place = acceptedPlaces[n];
            int pair = (a[n] * PreparedState.ValuesWithPilots) + b[n];
            acceptedPlaces[accepted] = place;
            acceptedPairs[accepted] = pair;
            accepted += words[place] < wordsOfPair[pair] ? 1 : 0;
        }

        count = accepted;
    }

    private int Keep(int first, int end, ReadOnlySpan<long> numbers, long bound)
    {
        ReadOnlySpan<long> batch = candidates.Slots;
        (int[] keptPlaces, long[] keptSlots) = (places, slots);
        int kept = 0;
        for (int i = first; i < end; i++)
        {
            keptPlaces[kept] = i;
            keptSlots[kept] = batch[i];
            kept += numbers[i] < bound ? 1 : 0;
        }

        return kept;
    }

    private void Read(ReadOnlySpan<long> wanted)
    {
        if (!statesA.TryRead(wanted, packedA) || !statesB.TryRead(wanted, packedB))
        {
            throw new InvalidOperationException($"a slot before {wanted[^1] + 1} was never prepared");
        }
    }
}
