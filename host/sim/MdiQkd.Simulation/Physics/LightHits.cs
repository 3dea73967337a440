namespace MdiQkd.Simulation.Physics;

/// <summary>Light of a batch of candidates that would click in live detectors, in order of time on the slot raster.</summary>
internal sealed class LightHits
{
    /// <summary>All windows of a batch.</summary>
    public const int Capacity = WindowPatterns.Windows * CandidateSlots.BatchSize;

    /// <summary>Hits held.</summary>
    public int Count { get; set; }

    /// <summary>When, on the slot raster.</summary>
    public long[] TimesPs { get; } = new long[Capacity];

    /// <summary>By how much the light is late on the raster.</summary>
    public int[] DelaysPs { get; } = new int[Capacity];

    /// <summary>0 = c, 1 = d.</summary>
    public byte[] Detectors { get; } = new byte[Capacity];
}
