namespace MdiQkd.Measurement.Clock;

/// <summary>Why the slot clock is not locked, or lost its lock.</summary>
public enum SlotClockCondition
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Too few tags to tell.</summary>
    TooFewTags,

    /// <summary>The tags show no period near the slot clock's: background only, or a clock further off than searched.</summary>
    NoPeriodicity,

    /// <summary>The arrivals jumped by more than a quarter of the distance between possible phases.</summary>
    PhaseStep,

    /// <summary>
    /// A pause that the rate of tags makes impossible, with no loss reported: a jump of the tagger's time looks the same, so slots after
    /// it have no certain number.
    /// </summary>
    UnexplainedGap,

    /// <summary>The period left the range that was searched.</summary>
    PeriodOutOfRange,

    /// <summary>More tags than are kept until the clock is confirmed.</summary>
    TooManyTags,
}
