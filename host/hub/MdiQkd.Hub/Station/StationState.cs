namespace MdiQkd.Hub.Station;

/// <summary>What the Bell-state measurement station does, for the operator.</summary>
public enum StationState
{
    /// <summary>No pair wants it; all light is blocked.</summary>
    Dark,

    /// <summary>The switch moves and the link is realigned.</summary>
    Aligning,

    /// <summary>A session runs.</summary>
    Measuring,

    /// <summary>The switch failed; all light is blocked as far as it obeys, and it will be tried again.</summary>
    Faulted,
}
