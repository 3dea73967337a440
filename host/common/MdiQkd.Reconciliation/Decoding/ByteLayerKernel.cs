using System.Runtime.CompilerServices;

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
    /// <param name="posteriors">Column blocks of Z int8 each and a pad of at least one vector.</param>
    /// <param name="messages">Z int8 per entry of this row; laid out per two vectors, then per entry.</param>
    /// <param name="signs">Z int8: -1 where the syndrome bit is one, else 0.</param>
    /// <param name="circulants">The row's circulants whose columns are still undecided.</param>
    /// <param name="count">How many.</param>
    /// <param name="entries">Entries of this row, with those that are decided.</param>
    /// <param name="liftingSize">Z.</param>
    /// <param name="tables">A level of <see cref="LossTables"/>.</param>
    /// <returns>Checks that the incoming messages contradict.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        for (uint lane = 0; lane < (uint)liftingSize; lane += 2 * (uint)width)
        {
            TVector sign0 = TOperations.Load(signs + lane);
            TVector sign1 = TOperations.Load(signs + lane + width);
            TVector least0 = TOperations.Broadcast(LossTables.MagnitudeMax);
            TVector least1 = least0;
            TVector loss0 = TOperations.Broadcast(0);
            TVector loss1 = loss0;
            TVector table = TOperations.LoadTable(tables + LossTables.FirstLoss);
            TVector nextTable = TOperations.LoadTable(tables + LossTables.SecondLoss);
            for (ActiveCirculant* circulant = circulants; circulant < circulants + count; circulant++)
            {
                sbyte* block = posteriors + circulant->Start;
                sbyte* message = messages + circulant->Message;
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
                Accumulate(TOperations.Abs(extrinsic0), table, ref least0, ref loss0);
                Accumulate(TOperations.Abs(extrinsic1), table, ref least1, ref loss1);

                // Losses are rounded up for one edge and down for the next.
                (table, nextTable) = (nextTable, table);
            }

            contradicted += TOperations.CountNegative(sign0) + TOperations.CountNegative(sign1);
            TVector toLeast0 = Message(loss0, tables);
            TVector toLeast1 = Message(loss1, tables);
            TVector toOthers0 = Joined(toLeast0, least0, tables);
            TVector toOthers1 = Joined(toLeast1, least1, tables);
            for (ActiveCirculant* circulant = circulants; circulant < circulants + count; circulant++)
            {
                sbyte* block = posteriors + circulant->Start;
                sbyte* message = messages + circulant->Message;
                uint rotated = lane + circulant->Shift;
                Spread(block + (rotated & mask), message, sign0, least0, toLeast0, toOthers0);
                Spread(block + ((rotated + (uint)width) & mask), message + width, sign1, least1, toLeast1, toOthers1);
            }

            messages += 2 * width * entries;
        }

        for (int index = 0; index < count; index++)
        {
            Mirror(posteriors + circulants[index].Start, (int)circulants[index].Shift & (width - 1), liftingSize);
        }

        return contradicted;
    }

    /// <summary>Takes one more magnitude into a check: keeps the least apart and adds the loss of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TVector magnitude, TVector table, ref TVector least, ref TVector loss)
    {
        TVector larger = TOperations.MaxUnsigned(magnitude, least);
        least = TOperations.MinUnsigned(magnitude, least);
        TVector index = TOperations.ShiftRight(
            TOperations.MinUnsigned(larger, TOperations.Broadcast(LossTables.BinnedMax)), 2);
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

    /// <summary>Second pass over one vector: the new posterior and what it changed by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(
        sbyte* destination, sbyte* message, TVector sign, TVector least, TVector toLeast, TVector toOthers)
    {
        TVector extrinsic = TOperations.Load(message);
        TVector update = TOperations.Negate(
            TOperations.SelectEqual(TOperations.Abs(extrinsic), least, toLeast, toOthers),
            TOperations.Xor(sign, extrinsic));
        TVector posterior = TOperations.Clamp(
            TOperations.AddSaturate(extrinsic, update),
            TOperations.Broadcast(unchecked((byte)-LossTables.PosteriorMax)),
            TOperations.Broadcast(LossTables.PosteriorMax));
        TOperations.Store(TOperations.Subtract(posterior, extrinsic), message);
        TOperations.Store(posterior, destination);
    }

    /// <summary>As in <see cref="LayerKernel{TVector,TOperations}"/>: makes the block's first lanes and the pad the same and new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mirror(sbyte* block, int spilled, int liftingSize)
    {
        TVector first = TOperations.SelectBelow(
            spilled, TOperations.Load(block + liftingSize), TOperations.Load(block));
        TOperations.Store(first, block);
        TOperations.Store(first, block + liftingSize);
    }
}
