using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Feedback;

/// <summary>What the hub asks one user's actuators to do; public.</summary>
/// <param name="IsA">Whether it is for user A.</param>
/// <param name="Number">Ascending; the node's report names the last one that it took.</param>
/// <param name="Setting">Absolute settings.</param>
public sealed record Adjustment(bool IsA, long Number, LightAlignment Setting);
