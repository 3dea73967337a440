namespace MdiQkd.Measurement.Statistics;

/// <summary>What is wrong with a detector, judged beside the other one: behind a balanced beam splitter both see the same light.</summary>
public enum DetectorCondition
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No click while the other had a thousand: latched, blinded, unplugged.</summary>
    Silent,

    /// <summary>More than thirty times the clicks of the other: oscillating, lit from elsewhere, threshold in the noise.</summary>
    Excessive,
}
