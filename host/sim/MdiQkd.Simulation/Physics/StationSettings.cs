using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>A Bell-state measurement station and what it is fed with.</summary>
/// <param name="Timing">Slot raster.</param>
/// <param name="Detectors">Detectors c and d.</param>
/// <param name="Interference">Quality of the interference.</param>
/// <param name="ChannelC">Tagger channel of detector c.</param>
/// <param name="ChannelD">Tagger channel of detector d.</param>
public sealed record StationSettings(
    SlotTiming Timing,
    DetectorSettings Detectors,
    InterferenceSettings Interference,
    byte ChannelC = 1,
    byte ChannelD = 2)
{
    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        (Timing.Fault() is { } timing ? $"timing: {timing}" : null)
        ?? (Detectors.Fault() is { } detectors ? $"detectors: {detectors}" : null)
        ?? (Interference.Fault() is { } interference ? $"interference: {interference}" : null)
        ?? (ChannelC == ChannelD ? $"channelC = channelD = {ChannelC}: two channels are needed" : null);
}
