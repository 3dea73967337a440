using System.Runtime.CompilerServices;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// One layer (row block) of belief propagation: approximate-min* (Jones et al., IEEE MILCOM 2003): the exact check rule
/// for the edge with the smallest magnitude, and one common value, with all edges, for the others.
/// </summary>
/// <remarks>
/// Magnitudes are combined as a product of t = tanh(|v|/2) in Q15, which keeps the small losses of rows with 100 and more
/// edges that a correction table of the log domain would round away. t = 1 - u, u = 2/(1+e^x) ≈ s(x)^2 with a cubic s.
/// Column blocks carry a pad behind them that mirrors their first lanes, so that a rotated load never has to be split.
/// </remarks>
internal static unsafe class LayerKernel<TVector, TOperations>
    where TVector : unmanaged
    where TOperations : ILaneOperations<TVector>
{
    /// <summary>Largest magnitude told apart from certainty, 10.3 units: there s(x) is zero.</summary>
    private const short LargestArgument = 660;

    /// <summary>Updates the posteriors of one row block.</summary>
    /// <param name="posteriors">Column blocks of Z int16 each and a pad of at least one vector.</param>
    /// <param name="messages">Z int16 per entry of this row; laid out per two vectors, then per entry.</param>
    /// <param name="signs">Z int16: -1 where the syndrome bit is one, else 0.</param>
    /// <param name="circulants">The row's circulants.</param>
    /// <param name="count">How many.</param>
    /// <param name="liftingSize">Z.</param>
    /// <param name="table"><see cref="LikelihoodScale.FromProduct"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(
        short* posteriors,
        short* messages,
        short* signs,
        Circulant* circulants,
        int count,
        int liftingSize,
        short* table)
    {
        // Two vectors at a time: their products are independent chains, and the addresses are shared work.
        int width = TOperations.Lanes;
        uint mask = (uint)liftingSize - 1;
        short* toLeast = stackalloc short[2 * width];
        short* toOthers = stackalloc short[2 * width];
        for (uint lane = 0; lane < (uint)liftingSize; lane += 2 * (uint)width)
        {
            TVector sign0 = TOperations.Load(signs + lane);
            TVector sign1 = TOperations.Load(signs + lane + width);
            TVector least0 = TOperations.Broadcast(LargestArgument);
            TVector least1 = least0;
            TVector product0 = TOperations.Broadcast(short.MaxValue);
            TVector product1 = product0;
            short* message = messages;
            for (Circulant* circulant = circulants; circulant < circulants + count; circulant++)
            {
                short* block = posteriors + circulant->Start;
                uint rotated = lane + circulant->Shift;
                TOperations.Prefetch(block + ((rotated + (4 * (uint)width)) & mask));
                TVector extrinsic0 = TOperations.SubtractSaturate(
                    TOperations.Load(block + (rotated & mask)), TOperations.Load(message));
                TVector extrinsic1 = TOperations.SubtractSaturate(
                    TOperations.Load(block + ((rotated + (uint)width) & mask)), TOperations.Load(message + width));
                TOperations.Store(extrinsic0, message);
                TOperations.Store(extrinsic1, message + width);
                sign0 = TOperations.Xor(sign0, extrinsic0);
                sign1 = TOperations.Xor(sign1, extrinsic1);
                Accumulate(TOperations.Abs(extrinsic0), ref least0, ref product0);
                Accumulate(TOperations.Abs(extrinsic1), ref least1, ref product1);
                message += 2 * width;
            }

            TOperations.Store(product0, toLeast);
            TOperations.Store(product1, toLeast + width);
            TOperations.Store(Reduced(product0, least0), toOthers);
            TOperations.Store(Reduced(product1, least1), toOthers + width);
            for (int element = 0; element < 2 * width; element++)
            {
                toLeast[element] = table[toLeast[element]];
                toOthers[element] = table[toOthers[element]];
            }

            Spread(
                posteriors, messages, circulants, count, mask, lane, sign0, least0,
                TOperations.Load(toLeast), TOperations.Load(toOthers), 0);
            Spread(
                posteriors, messages, circulants, count, mask, lane + (uint)width, sign1, least1,
                TOperations.Load(toLeast + width), TOperations.Load(toOthers + width), width);
            messages = message;
        }

        for (int index = 0; index < count; index++)
        {
            Mirror(posteriors + circulants[index].Start, (int)circulants[index].Shift & (width - 1), liftingSize);
        }
    }

    /// <summary>Takes one more magnitude into a check: keeps the least apart and multiplies in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TVector magnitude, ref TVector least, ref TVector product)
    {
        TVector limited = TOperations.Min(magnitude, TOperations.Broadcast(LargestArgument));
        TVector larger = TOperations.Max(limited, least);
        least = TOperations.Min(limited, least);
        product = Reduced(product, larger);
    }

    /// <summary>Second pass over one vector: new messages and posteriors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(
        short* posteriors,
        short* message,
        Circulant* circulants,
        int count,
        uint mask,
        uint lane,
        TVector sign,
        TVector least,
        TVector toLeast,
        TVector toOthers,
        int offset)
    {
        message += offset;
        for (Circulant* circulant = circulants; circulant < circulants + count; circulant++)
        {
            TVector extrinsic = TOperations.Load(message);
            TVector update = TOperations.Negate(
                TOperations.SelectEqual(TOperations.Abs(extrinsic), least, toLeast, toOthers),
                TOperations.Xor(sign, extrinsic));
            TOperations.Store(update, message);
            TOperations.Store(
                TOperations.AddSaturate(extrinsic, update), posteriors + circulant->Start + ((lane + circulant->Shift) & mask));
            message += 2 * TOperations.Lanes;
        }
    }

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

    /// <summary>product · tanh(x / 2), Q15, for x in steps, 0 to <see cref="LargestArgument"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduced(TVector product, TVector steps)
    {
        // y = X/8 in Q14; s = 1 - y (2.594 - y (2.344 - 0.7239 y)) in Q11; u = s^2: ln tanh within 10 % up to 8 units.
        TVector y = TOperations.ShiftLeft(steps, 5);
        TVector inner = TOperations.Add(
            TOperations.MultiplyRounded(y, TOperations.Broadcast(-11_860)), TOperations.Broadcast(19_202));
        TVector outer = TOperations.Add(TOperations.MultiplyRounded(y, inner), TOperations.Broadcast(-10_625));
        TVector s = TOperations.ShiftLeft(
            TOperations.Add(TOperations.MultiplyRounded(y, outer), TOperations.Broadcast(2047)), 4);
        // Taking off product · u, not multiplying by 1 - u: a certain edge then costs nothing in rounding.
        return TOperations.Subtract(product, TOperations.MultiplyRounded(product, TOperations.MultiplyRounded(s, s)));
    }
}
