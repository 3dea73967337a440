using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>What a Bell-state measurement needs to know to judge clicks.</summary>
/// <param name="Timing">Slot raster and windows.</param>
/// <param name="ChannelC">Tagger channel of detector c.</param>
/// <param name="ChannelD">Tagger channel of detector d.</param>
/// <param name="AcceptPsiPlus">
/// Whether |ψ⁺⟩ is announced; only right if a detector recovers within the bin spacing.
/// </param>
/// <param name="Pilots">Pilot slots, which feed <see cref="Pilots.PilotTally"/> and are never announced; null = none.</param>
public sealed record BsmSettings(
    SlotTiming Timing, byte ChannelC, byte ChannelD, bool AcceptPsiPlus, PilotPattern? Pilots = null)
{
    /// <summary>What is wrong with the settings, or null.</summary>
    public string? Fault() =>
        Timing.Fault() ?? Pilots?.Fault()
        ?? (ChannelC == ChannelD ? $"detectors c and d share tagger channel {ChannelC}" : null);
}
