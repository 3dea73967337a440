namespace MdiQkd.Measurement.Pilots;

/// <summary>
/// What the pilots of an interval of time showed: arrivals of each user alone, and the two-photon interference of both.
/// </summary>
public sealed class PilotInterval
{
    /// <summary>Empty interval.</summary>
    /// <param name="slotPeriodPs">Length of a slot.</param>
    public PilotInterval(int slotPeriodPs)
    {
        A = new ArrivalOffsets(slotPeriodPs);
        B = new ArrivalOffsets(slotPeriodPs);
    }

    /// <summary>Arrivals of A alone.</summary>
    public ArrivalOffsets A { get; }

    /// <summary>Arrivals of B alone.</summary>
    public ArrivalOffsets B { get; }

    /// <summary>Interference of both.</summary>
    public PilotCoincidences Both { get; } = new();

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        A.Clear();
        B.Clear();
        Both.Clear();
    }
}
