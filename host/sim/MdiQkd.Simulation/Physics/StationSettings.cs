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
    /// <summary>Standard deviation of a tag around the bin's centre: pulse, detector and electronics together.</summary>
    public double ArrivalSigmaPs => Math.Sqrt(
        Math.Pow(Detectors.JitterSigmaPs, 2) + Math.Pow(InterferenceSettings.SigmaOf(Interference.PulseFwhmPs), 2));

    /// <summary>The station with background light at the detectors, which the beam splitter shares between them.</summary>
    /// <param name="photonsHz">Photons per second in front of the beam splitter, from both inputs together.</param>
    public StationSettings WithBackground(double photonsHz) => this with
    {
        Detectors = Detectors with { DarkRateHz = Detectors.DarkRateHz + (Detectors.Efficiency * photonsHz / 2) },
    };

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        (Timing.Fault() is { } timing ? $"timing: {timing}" : null)
        ?? (Detectors.Fault() is { } detectors ? $"detectors: {detectors}" : null)
        ?? (Interference.Fault() is { } interference ? $"interference: {interference}" : null)
        ?? (ChannelC == ChannelD ? $"channelC = channelD = {ChannelC}: two channels are needed" : null);
}
