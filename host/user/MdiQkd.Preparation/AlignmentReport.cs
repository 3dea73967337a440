using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>Where the actuators stand.</summary>
/// <param name="Setting">Their settings.</param>
/// <param name="SincePs">Tagger time from which light that arrives at the hub has these settings.</param>
public sealed record AlignmentReport(LightAlignment Setting, long SincePs);
