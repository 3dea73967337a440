using MdiQkd.Protocol;

namespace MdiQkd.Sifting;

/// <summary>
/// One user's disclosure for the events of a closed list, in list order: its label for each event as two bit planes
/// (<see cref="IntensityLabel"/> = 2·high + low), and its bit for each event with label v or w, compact. Bit order:
/// <see cref="BitPlane"/>. Z bits are not part of it.
/// </summary>
public sealed class LabelPlanes
{
    private LabelPlanes(int events, ulong[] high, ulong[] low, ulong[] xBits, int xBitCount)
    {
        Events = events;
        High = high;
        Low = low;
        XBits = xBits;
        XBitCount = xBitCount;
    }

    /// <summary>Events of the list.</summary>
    public int Events { get; }

    /// <summary>High label bits; [Words(<see cref="Events"/>)].</summary>
    public ulong[] High { get; }

    /// <summary>Low label bits; [Words(<see cref="Events"/>)].</summary>
    public ulong[] Low { get; }

    /// <summary>Bits of the events with label v or w; [Words(<see cref="XBitCount"/>)].</summary>
    public ulong[] XBits { get; }

    /// <summary>Events with label v or w.</summary>
    public int XBitCount { get; }

    /// <summary>Checks planes that came from elsewhere and takes them over.</summary>
    /// <returns>False, with the reason, if the planes do not fit the events and each other.</returns>
    public static bool TryCreate(
        int events, ulong[] high, ulong[] low, ulong[] xBits, int xBitCount, out LabelPlanes? planes,
        out LabelPlanesFault fault)
    {
        ArgumentNullException.ThrowIfNull(high);
        ArgumentNullException.ThrowIfNull(low);
        ArgumentNullException.ThrowIfNull(xBits);
        planes = null;
        fault = !BitPlane.IsWellFormed(high, events) ? LabelPlanesFault.HighPlane
            : !BitPlane.IsWellFormed(low, events) ? LabelPlanesFault.LowPlane
            : xBitCount != CountX(high, low) || !BitPlane.IsWellFormed(xBits, xBitCount) ? LabelPlanesFault.XBits
            : LabelPlanesFault.None;
        if (fault != LabelPlanesFault.None)
        {
            return false;
        }

        planes = new LabelPlanes(events, high, low, xBits, xBitCount);
        return true;
    }

    /// <summary>Reads planes as sent on a wire, see <see cref="BitPlane"/>.</summary>
    /// <param name="events">Events of the closed list, as this side knows it.</param>
    /// <param name="high">High label bits.</param>
    /// <param name="low">Low label bits.</param>
    /// <param name="xBits">Bits of the events with label v or w.</param>
    /// <param name="planes">The planes.</param>
    /// <param name="fault">Why not.</param>
    public static bool TryRead(
        int events, ReadOnlySpan<byte> high, ReadOnlySpan<byte> low, ReadOnlySpan<byte> xBits, out LabelPlanes? planes,
        out LabelPlanesFault fault)
    {
        planes = null;
        fault = LabelPlanesFault.HighPlane;
        if (!BitPlane.TryRead(high, events, out ulong[] highWords))
        {
            return false;
        }

        fault = LabelPlanesFault.LowPlane;
        if (!BitPlane.TryRead(low, events, out ulong[] lowWords))
        {
            return false;
        }

        fault = LabelPlanesFault.XBits;
        int xBitCount = CountX(highWords, lowWords);
        return BitPlane.TryRead(xBits, xBitCount, out ulong[] xWords)
            && TryCreate(events, highWords, lowWords, xWords, xBitCount, out planes, out fault);
    }

    /// <summary>Discloses a user's own states: labels of all events, bits of those in the X basis only.</summary>
    /// <param name="packed">One <see cref="PreparedState"/> per event.</param>
    public static LabelPlanes FromStates(ReadOnlySpan<byte> packed)
    {
        int words = BitPlane.Words(packed.Length);
        ulong[] high = new ulong[words];
        ulong[] low = new ulong[words];
        ulong[] scratch = new ulong[words];
        ulong[] xMask = new ulong[words];
        BitPlane.FromPacked(packed, 1, high);
        BitPlane.FromPacked(packed, 0, low);
        BitPlane.FromPacked(packed, PreparedState.BitShift, scratch);
        for (int i = 0; i < words; i++)
        {
            xMask[i] = high[i] ^ low[i];
        }

        int xBitCount = BitPlane.Count(xMask);
        ulong[] xBits = new ulong[BitPlane.Words(xBitCount)];
        BitPlane.Extract(scratch, xMask, xBits);

        // The bits of z and o events pass through here and must not outlive it.
        Array.Clear(scratch);
        return new LabelPlanes(packed.Length, high, low, xBits, xBitCount);
    }

    private static int CountX(ReadOnlySpan<ulong> high, ReadOnlySpan<ulong> low)
    {
        int count = 0;
        for (int i = 0; i < high.Length; i++)
        {
            count += System.Numerics.BitOperations.PopCount(high[i] ^ low[i]);
        }

        return count;
    }
}
