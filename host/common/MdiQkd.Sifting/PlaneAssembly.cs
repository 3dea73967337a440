namespace MdiQkd.Sifting;

/// <summary>
/// Puts a disclosure together from its pieces. Their number and length are bounded by the closed list, whatever the network
/// delivers.
/// </summary>
/// <param name="events">Events of the closed list, as this side knows it.</param>
public sealed class PlaneAssembly(int events)
{
    private readonly byte[] high = new byte[BitPlane.Bytes(events)];
    private readonly byte[] low = new byte[BitPlane.Bytes(events)];
    private readonly byte[] xBits = new byte[BitPlane.Bytes(events)];
    private int length;
    private int xLength;

    /// <summary>The planes, once the last piece came.</summary>
    public LabelPlanes? Planes { get; private set; }

    /// <summary>Adds the next piece.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(PlanePiece piece)
    {
        if (Planes is not null || piece.FirstEvent != length * 8L || piece.High.Length != piece.Low.Length
            || piece.High.Length > high.Length - length || piece.XBits.Length > xBits.Length - xLength)
        {
            return $"disclosure at event {piece.FirstEvent} does not follow event {length * 8L} of {events}";
        }

        piece.High.Span.CopyTo(high.AsSpan(length));
        piece.Low.Span.CopyTo(low.AsSpan(length));
        piece.XBits.Span.CopyTo(xBits.AsSpan(xLength));
        length += piece.High.Length;
        xLength += piece.XBits.Length;
        if (!piece.Last)
        {
            return null;
        }

        if (!LabelPlanes.TryRead(
            events, high.AsSpan(0, length), low.AsSpan(0, length), xBits.AsSpan(0, xLength), out LabelPlanes? planes, out LabelPlanesFault fault))
        {
            return $"disclosure of {events} events is malformed: {fault}";
        }

        Planes = planes;
        return null;
    }
}
