using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Accepts candidates by the states prepared in their slots. Which are accepted cannot be predicted, so their places are collected without
/// a branch.
/// </summary>
internal sealed class CandidateFilter
{
    private const int Lanes = 8;

    private readonly IPreparedStates statesA;
    private readonly IPreparedStates statesB;
    private readonly ulong[] wordsOfPair;
    private readonly uint[] upperHalves; // of these words
    private readonly int[] places = new int[CandidateSlots.BatchSize + Lanes];
    private readonly byte[] packedA = new byte[CandidateSlots.BatchSize];
    private readonly byte[] packedB = new byte[CandidateSlots.BatchSize];
    private readonly byte[] pairs = new byte[CandidateSlots.BatchSize];
    private int count;

    /// <param name="statesA">States of A.</param>
    /// <param name="statesB">States of B.</param>
    /// <param name="wordsOfPair">By both states, A × 16 + B: a candidate whose random word lies below is accepted.</param>
    public CandidateFilter(IPreparedStates statesA, IPreparedStates statesB, ulong[] wordsOfPair)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(wordsOfPair.Length, byte.MaxValue + 1, nameof(wordsOfPair));
        this.statesA = statesA;
        this.statesB = statesB;
        this.wordsOfPair = wordsOfPair;
        upperHalves = [.. wordsOfPair.Select(word => (uint)(word >> 32))];
    }

    /// <summary>Places of the accepted candidates, in order.</summary>
    public ReadOnlySpan<int> Accepted => places.AsSpan(0, count);

    /// <summary>States in the slots of all candidates, A × 16 + B.</summary>
    public ReadOnlySpan<byte> Pairs => pairs;

    /// <summary>Accepts candidates.</summary>
    /// <param name="slots">Slots of the candidates, at most a batch.</param>
    /// <param name="words">Their random words.</param>
    public void Accept(ReadOnlySpan<long> slots, ReadOnlySpan<ulong> words)
    {
        if (!statesA.TryRead(slots, packedA) || !statesB.TryRead(slots, packedB))
        {
            throw new InvalidOperationException($"a slot before {slots[^1] + 1} was never prepared");
        }

        ReadOnlySpan<Vector<byte>> a = MemoryMarshal.Cast<byte, Vector<byte>>(packedA);
        ReadOnlySpan<Vector<byte>> b = MemoryMarshal.Cast<byte, Vector<byte>>(packedB);
        Span<Vector<byte>> both = MemoryMarshal.Cast<byte, Vector<byte>>(pairs.AsSpan());
        for (int i = 0; i < both.Length; i++)
        {
            both[i] = (a[i] * new Vector<byte>(PreparedState.ValuesWithPilots)) | b[i];
        }

        int n = 0;
        count = 0;
        if (Compaction.IsSupported)
        {
            for (; n + Lanes <= words.Length; n += Lanes)
            {
                AcceptLanes(words, n);
            }
        }

        Accept(words, n, words.Length);
    }

    private void Accept(ReadOnlySpan<ulong> words, int first, int end)
    {
        int accepted = count;
        for (int n = first; n < end; n++)
        {
            places[accepted] = n;
            accepted += words[n] < wordsOfPair[pairs[n]] ? 1 : 0;
        }

        count = accepted;
    }

    // By the upper halves of the words; where these do not decide, one by one.
    private unsafe void AcceptLanes(ReadOnlySpan<ulong> words, int first)
    {
        Vector256<int> pair = Avx2.ConvertToVector256Int32(
            Vector128.CreateScalar(MemoryMarshal.Read<ulong>(pairs.AsSpan(first, Lanes))).AsByte());
        Vector256<uint> bound;
        fixed (uint* bounds = upperHalves)
        {
            bound = Avx2.GatherVector256(bounds, pair, sizeof(uint));
        }

        ReadOnlySpan<Vector256<float>> eight = MemoryMarshal.Cast<ulong, Vector256<float>>(words.Slice(first, Lanes));
        Vector256<ulong> odd = Avx.Shuffle(eight[0], eight[1], 0b11_01_11_01).AsUInt64();
        Vector256<uint> upper = Avx2.Permute4x64(odd, 0b11_01_10_00).AsUInt32();
        if (Vector256.EqualsAny(upper, bound))
        {
            Accept(words, first, first + Lanes);
            return;
        }

        uint accepted = Vector256.LessThan(upper, bound).ExtractMostSignificantBits();
        (Compaction.Places(accepted) + Vector256.Create(first)).CopyTo(places, count);
        count += BitOperations.PopCount(accepted);
    }
}
