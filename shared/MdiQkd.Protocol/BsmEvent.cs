namespace MdiQkd.Protocol;

/// <summary>One announced Bell-state measurement.</summary>
/// <param name="Slot">Slot index within its session, from 0.</param>
/// <param name="Outcome">Announced Bell state.</param>
public readonly record struct BsmEvent(long Slot, BellState Outcome);
