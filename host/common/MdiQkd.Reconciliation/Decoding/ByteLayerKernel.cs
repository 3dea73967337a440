using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// One layer (row block) of the coarse pass: approximate-min* as in <see cref="LayerKernel{TVector,TOperations}"/>, on int8 and with
/// sums of losses from small tables instead of products.
/// </summary>
/// <remarks>
/// A posterior stays within ±<see cref="LossTables.PosteriorMax"/>, and what a check contributed is stored as the change that it
/// made after that limit, not as what it sent. So a posterior is always the channel's value plus what is stored, no subtraction
/// overflows int8, and a column of degree 36 does not drift to the wrong side as its messages are replaced.
/// </remarks>
internal static unsafe class ByteLayerKernel<TVector, TOperations>
    where TVector : unmanaged
    where TOperations : IByteLaneOperations<TVector>
{
    /// <summary>Updates the posteriors of one row block.</summary>
    /// <param name="posteriors">Column blocks of Z int8 each, padded as <see cref="CoarsePass"/> says.</param>
    /// <param name="messages">Z int8 per entry of this row; laid out per two vectors, then per entry.</param>
    /// <param name="signs">Z int8: -1 where the syndrome bit is one, else 0.</param>
    /// <param name="circulants">The row's circulants whose columns are still undecided.</param>
    /// <param name="count">How many.</param>
    /// <param name="entries">Entries of this row, with those that are decided.</param>
    /// <param name="liftingSize">Z.</param>
    /// <param name="tables">A level of <see cref="LossTables"/>.</param>
    /// <returns>Checks that the incoming messages contradict.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Update(
        sbyte* posteriors,
        sbyte* messages,
        sbyte* signs,
        ActiveCirculant* circulants,
        int count,
        int entries,
        int liftingSize,
        byte* tables)
    {
        // Two vectors at a time: their sums are independent chains, and the addresses are shared work.
        int width = TOperations.Lanes;
        uint mask = (uint)liftingSize - 1;
        int contradicted = 0;
        ActiveCirculant* end = circulants + count;
        for (uint lane = 0; lane < (uint)liftingSize; lane += 2 * (uint)width)
        {
            TVector sign0 = TOperations.Load(signs + lane);
            TVector sign1 = TOperations.Load(signs + lane + width);
            TVector least0 = TOperations.Broadcast(LossTables.MagnitudeMax);
            TVector least1 = least0;
            TVector loss0 = TOperations.Broadcast(0);
            TVector loss1 = loss0;
            TVector binnedMax = TOperations.Broadcast(tables + LossTables.BinnedLimit);
            TVector first = TOperations.LoadTable(tables + LossTables.FirstLoss);
            TVector second = TOperations.LoadTable(tables + LossTables.SecondLoss);
            ActiveCirculant* circulant = circulants;

            // Losses are rounded up for one edge and down for the next.
            for (; circulant + 1 < end; circulant += 2)
            {
                Gather(
                    posteriors + circulant->Lane + ((lane + (uint)circulant->Turn) & mask), width, messages + circulant->Message,
                    first, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
                ActiveCirculant* other = circulant + 1;
                Gather(
                    posteriors + other->Lane + ((lane + (uint)other->Turn) & mask), width, messages + other->Message,
                    second, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
            }

            if (circulant < end)
            {
                Gather(
                    posteriors + circulant->Lane + ((lane + (uint)circulant->Turn) & mask), width, messages + circulant->Message,
                    first, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
            }

            contradicted += TOperations.CountNegative(sign0) + TOperations.CountNegative(sign1);
            TVector toLeast0 = Message(loss0, tables);
            TVector toLeast1 = Message(loss1, tables);
            TVector toOthers0 = Joined(toLeast0, least0, tables);
            TVector toOthers1 = Joined(toLeast1, least1, tables);
            sign0 = TOperations.NeverZero(sign0);
            sign1 = TOperations.NeverZero(sign1);
            TVector highest = TOperations.Broadcast(tables + LossTables.Highest);
            TVector lowest = TOperations.Broadcast(tables + LossTables.Lowest);
            for (circulant = circulants; circulant < end; circulant++)
            {
                sbyte* posterior = posteriors + circulant->Lane + ((lane + (uint)circulant->Turn) & mask);
                sbyte* message = messages + circulant->Message;
                TOperations.Store(
                    Spread(posterior, message, sign0, least0, toLeast0, toOthers0, lowest, highest), posterior);
                TOperations.Store(
                    Spread(posterior + width, message + width, sign1, least1, toLeast1, toOthers1, lowest, highest),
                    posterior + width);
            }

            messages += 2 * width * entries;
        }

        for (ActiveCirculant* circulant = circulants; circulant < end; circulant++)
        {
            Mirror(posteriors + circulant->Lane, circulant->Turn & ((2 * width) - 1), liftingSize);
        }

        return contradicted;
    }

    /// <summary>
    /// The same where a block is just two vectors. Both are stored twice, at distance Z, as far as needed for lanes 0 to 3/2 Z to be
    /// right: cheaper than mirroring.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int UpdateTwoVectors(
        sbyte* posteriors, sbyte* messages, sbyte* signs, ActiveCirculant* circulants, int count, byte* tables)
    {
        int width = TOperations.Lanes;
        ActiveCirculant* end = circulants + count;
        TVector sign0 = TOperations.Load(signs);
        TVector sign1 = TOperations.Load(signs + width);
        TVector least0 = TOperations.Broadcast(LossTables.MagnitudeMax);
        TVector least1 = least0;
        TVector loss0 = TOperations.Broadcast(0);
        TVector loss1 = loss0;
        TVector binnedMax = TOperations.Broadcast(tables + LossTables.BinnedLimit);
        TVector first = TOperations.LoadTable(tables + LossTables.FirstLoss);
        TVector second = TOperations.LoadTable(tables + LossTables.SecondLoss);
        ActiveCirculant* circulant = circulants;
        for (; circulant + 1 < end; circulant += 2)
        {
            Gather(
                posteriors + circulant->Lane, circulant->Turn, messages + circulant->Message,
                first, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
            ActiveCirculant* other = circulant + 1;
            Gather(
                posteriors + other->Lane, other->Turn, messages + other->Message,
                second, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
        }

        if (circulant < end)
        {
            Gather(
                posteriors + circulant->Lane, circulant->Turn, messages + circulant->Message,
                first, binnedMax, ref sign0, ref sign1, ref least0, ref least1, ref loss0, ref loss1);
        }

        int contradicted = TOperations.CountNegative(sign0) + TOperations.CountNegative(sign1);
        TVector toLeast0 = Message(loss0, tables);
        TVector toLeast1 = Message(loss1, tables);
        TVector toOthers0 = Joined(toLeast0, least0, tables);
        TVector toOthers1 = Joined(toLeast1, least1, tables);
        sign0 = TOperations.NeverZero(sign0);
        sign1 = TOperations.NeverZero(sign1);
        TVector highest = TOperations.Broadcast(tables + LossTables.Highest);
        TVector lowest = TOperations.Broadcast(tables + LossTables.Lowest);
        for (circulant = circulants; circulant < end; circulant++)
        {
            sbyte* posterior = posteriors + circulant->Lane;
            sbyte* message = messages + circulant->Message;
            nint turn = circulant->Turn;
            TVector posterior0 = Spread(posterior, message, sign0, least0, toLeast0, toOthers0, lowest, highest);
            TVector posterior1 =
                Spread(posterior + turn, message + width, sign1, least1, toLeast1, toOthers1, lowest, highest);
            TOperations.Store(posterior0, posterior);
            TOperations.Store(posterior0, posterior + (2 * turn));
            TOperations.Store(posterior1, posterior + turn);
            TOperations.Store(posterior1, posterior - turn);
        }

        return contradicted;
    }

    /// <summary>First pass over two vectors of an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(
        sbyte* posterior,
        nint turn,
        sbyte* message,
        TVector table,
        TVector binnedMax,
        ref TVector sign0,
        ref TVector sign1,
        ref TVector least0,
        ref TVector least1,
        ref TVector loss0,
        ref TVector loss1)
    {
        int width = TOperations.Lanes;
        if (Sse.IsSupported)
        {
            // No hardware foresees rotated lanes; these are the ones after the next.
            Sse.Prefetch0(posterior + (4 * width));
        }

        TVector extrinsic0 = TOperations.SubtractSaturate(TOperations.Load(posterior), TOperations.Load(message));
        TVector extrinsic1 = TOperations.SubtractSaturate(TOperations.Load(posterior + turn), TOperations.Load(message + width));
        sign0 = TOperations.Xor(sign0, extrinsic0);
        sign1 = TOperations.Xor(sign1, extrinsic1);
        Accumulate(TOperations.Abs(extrinsic0), table, binnedMax, ref least0, ref loss0);
        Accumulate(TOperations.Abs(extrinsic1), table, binnedMax, ref least1, ref loss1);
    }

    /// <summary>Takes one more magnitude into a check: keeps the least apart and adds the loss of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TVector magnitude, TVector table, TVector binnedMax, ref TVector least, ref TVector loss)
    {
        TVector larger = TOperations.MaxUnsigned(magnitude, least);
        least = TOperations.MinUnsigned(magnitude, least);
        TVector index = TOperations.ShiftRight(TOperations.MinUnsigned(larger, binnedMax), 2);
        loss = TOperations.AddSaturateUnsigned(loss, TOperations.Lookup(table, index));
    }

    /// <summary>The message of a loss: by steps of one below 16, of four below 80, of 16 above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Message(TVector loss, byte* tables)
    {
        TVector fine = TOperations.LookupOrZero(TOperations.LoadTable(tables + LossTables.FineMessage), loss);
        TVector middle = TOperations.LookupOrZero(
            TOperations.LoadTable(tables + LossTables.MiddleMessage),
            TOperations.ShiftRight(TOperations.SubtractSaturateUnsigned(loss, TOperations.Broadcast(16)), 2));
        TVector coarse = TOperations.Lookup(
            TOperations.LoadTable(tables + LossTables.CoarseMessage), TOperations.ShiftRight(loss, 4));
        // Messages fall with the loss: where a table holds, it has the largest value.
        return TOperations.MaxUnsigned(fine, TOperations.MaxUnsigned(middle, coarse));
    }

    /// <summary>2 atanh(tanh(a/2) tanh(b/2)) = min(a, b) + c(a + b) - c(|a - b|) with c(x) = ln(1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Joined(TVector a, TVector b, byte* tables)
    {
        TVector table = TOperations.LoadTable(tables + LossTables.Correction);
        TVector lower = TOperations.MinUnsigned(a, b);
        TVector higher = TOperations.MaxUnsigned(a, b);
        return TOperations.SubtractSaturateUnsigned(
            TOperations.AddSaturateUnsigned(lower, Corrected(table, TOperations.AddSaturateUnsigned(lower, higher))),
            Corrected(table, TOperations.Subtract(higher, lower)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Corrected(TVector table, TVector argument) => TOperations.Lookup(
        table, TOperations.ShiftRight(TOperations.MinUnsigned(argument, TOperations.Broadcast(31)), 1));

    /// <summary>Second pass over one vector: stores what changed.</summary>
    /// <returns>The new posterior.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Spread(
        sbyte* posterior,
        sbyte* message,
        TVector sign,
        TVector least,
        TVector toLeast,
        TVector toOthers,
        TVector lowest,
        TVector highest)
    {
        TVector extrinsic = TOperations.SubtractSaturate(TOperations.Load(posterior), TOperations.Load(message));
        TVector update = TOperations.Negate(
            TOperations.SelectEqual(TOperations.Abs(extrinsic), least, toLeast, toOthers),
            TOperations.Xor(sign, extrinsic));
        TVector updated = TOperations.Clamp(TOperations.AddSaturate(extrinsic, update), lowest, highest);
        TOperations.Store(TOperations.Subtract(updated, extrinsic), message);
        return updated;
    }

    /// <summary>
    /// After rotated stores the first <paramref name="spilled"/> lanes are new in the pad of two vectors and old in the block, the
    /// next ones new in the block and old in the pad: makes both new.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mirror(sbyte* block, int spilled, int liftingSize)
    {
        MirrorVector(block, spilled, liftingSize);
        MirrorVector(block + TOperations.Lanes, spilled - TOperations.Lanes, liftingSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MirrorVector(sbyte* block, int spilled, int liftingSize)
    {
        TVector lanes = TOperations.SelectBelow(
            Math.Max(0, spilled), TOperations.Load(block + liftingSize), TOperations.Load(block));
        TOperations.Store(lanes, block);
        TOperations.Store(lanes, block + liftingSize);
    }
}
