using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// The light of one session as a node asks its encoder for it: which states (by settings and a state key that is passed
/// apart), on which raster, from when. Slot k occupies [StartPs + k·period, StartPs + (k+1)·period) at the hub.
/// </summary>
/// <param name="Session">The session that the slots are counted in.</param>
/// <param name="StartPs">Start of slot 0 on the hub's tagger clock, in ps since its power-up; propagation is calibrated out.</param>
/// <param name="Slots">Slots of the session, at least 1.</param>
/// <param name="Timing">Slot raster.</param>
/// <param name="Source">Intensities and label weights.</param>
/// <param name="Pilots">Public pilot pattern.</param>
/// <param name="IsReference">Whether the user is A, the reference of the pair: it chooses the states of pilots.</param>
public sealed record SessionLight(
    SessionId Session,
    long StartPs,
    long Slots,
    SlotTiming Timing,
    SourceSettings Source,
    PilotPattern Pilots,
    bool IsReference = true)
{
    /// <summary>Latest end of a session: 2^62 ps, 53 days of tagger clock, so that sums of times never wrap.</summary>
    public const long EndPsMax = 1L << 62;

    /// <summary>End of the last slot, in ps on the tagger clock.</summary>
    public long EndPs => StartPs + (Slots * Timing.SlotPeriodPs);

    /// <summary>What is wrong with the light, or null: field, value and allowed range in one line.</summary>
    public string? Fault() =>
        Timing.Fault() ?? Source.Fault() ?? Pilots.Fault()
        ?? (StartPs is < 0 or > EndPsMax ? $"startPs = {StartPs} is outside 0..{EndPsMax}"
            : Slots < 1 || Slots > (EndPsMax - StartPs) / Timing.SlotPeriodPs
                ? $"slots = {Slots} is outside 1..{(EndPsMax - StartPs) / Timing.SlotPeriodPs}"
            : null);
}
