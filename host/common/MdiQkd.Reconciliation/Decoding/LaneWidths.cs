using System.Runtime.Intrinsics;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>Chooses and runs the layer kernels of a vector width.</summary>
internal static unsafe class LaneWidths
{
    /// <summary>The widest width of this machine.</summary>
    public static LaneWidth Widest =>
        IsSupported(LaneWidth.Bits512) ? LaneWidth.Bits512
        : IsSupported(LaneWidth.Bits256) ? LaneWidth.Bits256
        : IsSupported(LaneWidth.Bits128) ? LaneWidth.Bits128
        : LaneWidth.Portable;

    /// <summary>Whether this machine has the width.</summary>
    public static bool IsSupported(LaneWidth width) => width switch
    {
        LaneWidth.Bits512 => Lanes512.IsSupported,
        LaneWidth.Bits256 => Lanes256.IsSupported,
        LaneWidth.Bits128 => Lanes128.IsSupported,
        _ => true,
    };

    /// <summary><see cref="LayerKernel{TVector,TOperations}.Update"/> at that width.</summary>
    public static void Update(
        LaneWidth width,
        short* posteriors,
        short* messages,
        short* signs,
        Circulant* circulants,
        int count,
        int liftingSize,
        short* table)
    {
        switch (width)
        {
            case LaneWidth.Bits512:
                LayerKernel<Vector512<short>, Lanes512>.Update(
                    posteriors, messages, signs, circulants, count, liftingSize, table);
                break;
            case LaneWidth.Bits256:
                LayerKernel<Vector256<short>, Lanes256>.Update(
                    posteriors, messages, signs, circulants, count, liftingSize, table);
                break;
            case LaneWidth.Bits128:
                LayerKernel<Vector128<short>, Lanes128>.Update(
                    posteriors, messages, signs, circulants, count, liftingSize, table);
                break;
            default:
                LayerKernel<short, LanesPortable>.Update(
                    posteriors, messages, signs, circulants, count, liftingSize, table);
                break;
        }
    }

    /// <summary>Lanes per vector of the coarse pass: the width's, or those of 256 bits if Z does not have two wider vectors.</summary>
    public static int ByteLanes(LaneWidth width, int liftingSize) => width switch
    {
        LaneWidth.Bits512 when liftingSize >= 2 * ByteLanes512.Lanes => ByteLanes512.Lanes,
        LaneWidth.Bits512 or LaneWidth.Bits256 => ByteLanes256.Lanes,
        LaneWidth.Bits128 => ByteLanes128.Lanes,
        _ => ByteLanesPortable.Lanes,
    };

    /// <summary>Whether <see cref="ByteLayerKernel{TVector,TOperations}.UpdateTwoVectors"/> runs.</summary>
    public static bool IsTwoVectors(int lanes, int liftingSize) => lanes == ByteLanes256.Lanes && liftingSize == 2 * lanes;

    /// <summary><see cref="ByteLayerKernel{TVector,TOperations}.Update"/> at <see cref="ByteLanes"/>.</summary>
    public static int Update(
        int lanes,
        sbyte* posteriors,
        sbyte* messages,
        sbyte* signs,
        ActiveCirculant* circulants,
        int count,
        int entries,
        int liftingSize,
        byte* tables) =>
        lanes switch
        {
            64 => ByteLayerKernel<Vector512<byte>, ByteLanes512>.Update(
                posteriors, messages, signs, circulants, count, entries, liftingSize, tables),
            32 when IsTwoVectors(lanes, liftingSize) => ByteLayerKernel<Vector256<byte>, ByteLanes256>.UpdateTwoVectors(
                posteriors, messages, signs, circulants, count, tables),
            32 => ByteLayerKernel<Vector256<byte>, ByteLanes256>.Update(
                posteriors, messages, signs, circulants, count, entries, liftingSize, tables),
            16 => ByteLayerKernel<Vector128<byte>, ByteLanes128>.Update(
                posteriors, messages, signs, circulants, count, entries, liftingSize, tables),
            _ => ByteLayerKernel<nint, ByteLanesPortable>.Update(
                posteriors, messages, signs, circulants, count, entries, liftingSize, tables),
        };
}
