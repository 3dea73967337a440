namespace MdiQkd.Measurement.Feedback;

/// <summary>What the control plane measures in an interval.</summary>
public enum ControlStep
{
    /// <summary>Arrivals, with the polarisation as found.</summary>
    Arrival,

    /// <summary>Count rate with the polarisation 45° above.</summary>
    PolarisationAbove,

    /// <summary>The same 45° below.</summary>
    PolarisationBelow,

    /// <summary>Phase between the bins, for the first time.</summary>
    Phase,

    /// <summary>Visibility with B's laser far above, in turns with <see cref="ScanBelow"/> until they tell.</summary>
    ScanAbove,

    /// <summary>The same far below.</summary>
    ScanBelow,

    /// <summary>All quantities, for good.</summary>
    Tracking,
}
