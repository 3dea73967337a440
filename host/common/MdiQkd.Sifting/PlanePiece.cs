namespace MdiQkd.Sifting;

/// <summary>One message's worth of a <see cref="LabelPlanes"/> disclosure, as bytes for a wire.</summary>
/// <param name="FirstEvent">Event that the first bit of the label planes belongs to.</param>
/// <param name="High">High label bits of a run of events.</param>
/// <param name="Low">Low label bits of the same run.</param>
/// <param name="XBits">The next bytes of the compact stream of X bits.</param>
/// <param name="Last">No piece follows.</param>
public readonly record struct PlanePiece(
    int FirstEvent, ReadOnlyMemory<byte> High, ReadOnlyMemory<byte> Low, ReadOnlyMemory<byte> XBits, bool Last)
{
    /// <summary>Cuts planes into pieces.</summary>
    /// <param name="planes">What is disclosed.</param>
    /// <param name="eventsPerPiece">A multiple of 8.</param>
    public static IEnumerable<PlanePiece> Cut(LabelPlanes planes, int eventsPerPiece)
    {
        byte[] high = BitPlane.ToBytes(planes.High, planes.Events);
        byte[] low = BitPlane.ToBytes(planes.Low, planes.Events);
        byte[] xBits = BitPlane.ToBytes(planes.XBits, planes.XBitCount);
        int step = eventsPerPiece / 8;
        for (int first = 0; ; first += step)
        {
            bool last = first + step >= high.Length;
            yield return new PlanePiece(
                first * 8, Slice(high, first, step), Slice(low, first, step), Slice(xBits, first, step), last);
            if (last)
            {
                yield break;
            }
        }
    }

    private static ReadOnlyMemory<byte> Slice(byte[] bytes, int first, int length)
    {
        int from = Math.Min(first, bytes.Length);
        return bytes.AsMemory(from, Math.Min(length, bytes.Length - from));
    }
}
