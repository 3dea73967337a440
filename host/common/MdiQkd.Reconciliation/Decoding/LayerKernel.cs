using System.Runtime.CompilerServices;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// One layer (row block) of belief propagation: approximate-min* (Jones et al., IEEE MILCOM 2003): the exact check rule
/// for the edge with the smallest magnitude, and one common value, with all edges, for the others.
/// </summary>
/// <remarks>
/// Magnitudes are combined as a product of t = tanh(|v|/2) in Q15, which keeps the small losses of rows with 100 and more
/// edges that a correction table of the log domain would round away. t = 1 - u, u = 2/(1+e^x) ≈ s(x)^4 with a quadratic s.
/// Column blocks carry a pad behind them that mirrors their first lanes, so that a rotated load never has to be split.
/// </remarks>
internal static unsafe class LayerKernel<TVector, TOperations>
    where TVector : unmanaged
    where TOperations : ILaneOperations<TVector>
{
    /// <summary>Updates the posteriors of one row block.</summary>
    /// <param name="posteriors">Column blocks of <paramref name="stride"/> int16 each: Z lanes, then the pad.</param>
    /// <param name="stride">Z + pad; the pad holds at least one vector.</param>
    /// <param name="messages">Z int16 per entry of this row; laid out per vector, then per entry.</param>
    /// <param name="signs">Z int16: -1 where the syndrome bit is one, else 0.</param>
    /// <param name="entries">The row's circulants.</param>
    /// <param name="liftingSize">Z.</param>
    /// <param name="table"><see cref="LikelihoodScale.FromProduct"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(
        short* posteriors,
        int stride,
        short* messages,
        short* signs,
        ReadOnlySpan<CheckEntry> entries,
        int liftingSize,
        short* table)
    {
        int mask = liftingSize - 1;
        short* message = messages;
        short* outOthers = stackalloc short[TOperations.Lanes];
        short* outLeast = stackalloc short[TOperations.Lanes];
        for (int lane = 0; lane < liftingSize; lane += TOperations.Lanes)
        {
            TVector sign = TOperations.Load(signs + lane);
            TVector least = TOperations.Broadcast(LargestArgument);
            TVector product = TOperations.Broadcast(short.MaxValue);
            for (int index = 0; index < entries.Length; index++)
            {
                CheckEntry entry = entries[index];
                short* posterior = posteriors + (entry.Column * stride) + ((lane + entry.Shift) & mask);
                TVector extrinsic = TOperations.SubtractSaturate(
                    TOperations.Load(posterior),
                    TOperations.Load(message + (index * TOperations.Lanes)));
                TOperations.Store(extrinsic, message + (index * TOperations.Lanes));
                sign = TOperations.Xor(sign, extrinsic);
                TVector magnitude = TOperations.Abs(extrinsic);
                TVector larger = TOperations.Min(TOperations.Max(magnitude, least), TOperations.Broadcast(LargestArgument));
                least = TOperations.Min(magnitude, least);
                product = TOperations.MultiplyRounded(product, HalfTanh(larger));
            }

            TOperations.Store(product, outLeast);
            TOperations.Store(TOperations.MultiplyRounded(product, HalfTanh(least)), outOthers);
            for (int element = 0; element < TOperations.Lanes; element++)
            {
                outLeast[element] = table[outLeast[element] >> 2];
                outOthers[element] = table[outOthers[element] >> 2];
            }

            TVector toLeast = TOperations.Load(outLeast);
            TVector toOthers = TOperations.Load(outOthers);
            for (int index = 0; index < entries.Length; index++)
            {
                CheckEntry entry = entries[index];
                short* posterior = posteriors + (entry.Column * stride) + ((lane + entry.Shift) & mask);
                TVector extrinsic = TOperations.Load(message + (index * TOperations.Lanes));
                TVector update = TOperations.Negate(
                    TOperations.SelectEqual(TOperations.Abs(extrinsic), least, toLeast, toOthers),
                    TOperations.Xor(sign, extrinsic));
                TOperations.Store(update, message + (index * TOperations.Lanes));
                TOperations.Store(TOperations.AddSaturate(extrinsic, update), posterior);
            }

            message += entries.Length * TOperations.Lanes;
        }

        foreach (CheckEntry entry in entries)
        {
            Mirror(posteriors + (entry.Column * stride), entry.Shift & (TOperations.Lanes - 1), liftingSize);
        }
    }

    /// <summary>Largest magnitude that <see cref="HalfTanh"/> takes: 9 units.</summary>
    private const short LargestArgument = 9 * LikelihoodScale.StepsPerUnit;

    /// <summary>
    /// After rotated stores the first <paramref name="spilled"/> lanes are new in the pad and old in the block, the next
    /// ones new in the block and old in the pad: makes both new.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mirror(short* block, int spilled, int liftingSize)
    {
        TVector first = TOperations.SelectBelow(
            spilled, TOperations.Load(block + liftingSize), TOperations.Load(block));
        TOperations.Store(first, block);
        TOperations.Store(first, block + liftingSize);
    }

    /// <summary>tanh(x / 2) in Q15 for x in steps, 0 to <see cref="LargestArgument"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector HalfTanh(TVector steps)
    {
        // y = X/8 in Q14, s = 1 - y (1.365 - 0.5205 y), u = s^4: within 13 % of ln tanh on 0.05..9 units.
        TVector y = TOperations.ShiftLeft(steps, 5);
        TVector slope = TOperations.Subtract(
            TOperations.Broadcast(22_364), TOperations.MultiplyRounded(y, TOperations.Broadcast(17_055)));
        TVector s = TOperations.Subtract(
            TOperations.Broadcast(short.MaxValue), TOperations.ShiftLeft(TOperations.MultiplyRounded(y, slope), 2));
        TVector square = TOperations.MultiplyRounded(s, s);
        return TOperations.Subtract(TOperations.Broadcast(short.MaxValue), TOperations.MultiplyRounded(square, square));
    }
}
