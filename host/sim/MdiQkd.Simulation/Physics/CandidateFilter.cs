using System.Numerics;
using System.Runtime.CompilerServices;
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
    private readonly int[] upperHalves; // of these words, less 2^31: in the order of signed numbers
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
        upperHalves = [.. wordsOfPair.Select(word => (int)(word >> 32) ^ int.MinValue)];
    }

    /// <summary>Places of the accepted candidates, in order.</summary>
    public ReadOnlySpan<int> Accepted => places.AsSpan(0, count);

    /// <summary>States in the slots of all candidates, A × 16 + B.</summary>
    public ReadOnlySpan<byte> Pairs => pairs;

    /// <summary>Accepts candidates.</summary>
    /// <param name="slots">Slots of the candidates, at most a batch.</param>
    /// <param name="words">Their random words.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // leaves the registers to the caller's loop
    public void Accept(ReadOnlySpan<long> slots, ReadOnlySpan<ulong> words)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots.Length, CandidateSlots.BatchSize, nameof(slots));
        ArgumentOutOfRangeException.ThrowIfNotEqual(words.Length, slots.Length, nameof(words));
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

        count = 0;
        int done = Compaction.IsSupported ? AcceptVectors(words) : 0;
        Accept(words, done, words.Length);
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
    private unsafe int AcceptVectors(ReadOnlySpan<ulong> words)
    {
        fixed (int* bounds = upperHalves)
        fixed (int* accepted = places)
        fixed (byte* pair = pairs)
        fixed (ulong* word = words)
        {
            int n = 0;
            for (; n + Lanes <= words.Length; n += Lanes)
            {
                Vector256<int> bound = Avx2.GatherVector256(bounds, Avx2.ConvertToVector256Int32(pair + n), sizeof(int));
                Vector256<float> first = Vector256.Load((float*)(word + n)), second = Vector256.Load((float*)(word + n + (Lanes / 2)));
                Vector256<long> odd = Avx.Shuffle(first, second, 0b11_01_11_01).AsInt64();
                Vector256<int> upper = Avx2.Permute4x64(odd, 0b11_01_10_00).AsInt32() ^ Vector256.Create(int.MinValue);
                if (Vector256.EqualsAny(upper, bound))
                {
                    Accept(words, n, n + Lanes);
                    continue;
                }

                uint below = Vector256.LessThan(upper, bound).ExtractMostSignificantBits();
                (Compaction.Places(below) + Vector256.Create(n)).Store(accepted + count);
                count += BitOperations.PopCount(below);
            }

            return n;
        }
    }
}
