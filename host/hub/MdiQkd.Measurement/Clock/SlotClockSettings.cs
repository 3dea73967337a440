using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Clock;

/// <summary>What a <see cref="SlotClockRecovery"/> looks for.</summary>
/// <param name="Timing">Slot raster.</param>
/// <param name="ChannelC">Tagger channel of detector c.</param>
/// <param name="ChannelD">Tagger channel of detector d.</param>
public sealed record SlotClockSettings(SlotTiming Timing, byte ChannelC, byte ChannelD)
{
    /// <summary>Largest offset between tagger and slot clock that is searched and followed, 1e-6; 1 to 1000.</summary>
    public int RangePpm { get; init; } = 200;

    /// <summary>
    /// Whether slot 0 is known to begin at the start of the session, within a quarter of the distance between possible phases. If not,
    /// period and phase are found first, and slot 0 begins within half of that distance around the start.
    /// </summary>
    public bool StartIsKnown { get; init; } = true;

    /// <summary>
    /// Whether to search again and go on after the clock was lost, with slot numbers by the tagger's time. Right for a recording; between
    /// users slot numbers must be certain, so that the rest of a session stays void.
    /// </summary>
    public bool Renumbers { get; init; }

    /// <summary>What is wrong with the settings, or null.</summary>
    public string? Fault() =>
        Timing.Fault()
        ?? (RangePpm is < 1 or > 1000 ? $"rangePpm = {RangePpm} is outside 1..1000"
            : ChannelC == ChannelD ? $"detectors c and d share tagger channel {ChannelC}"
            : null);
}
