namespace MdiQkd.Cli.Status;

/// <summary>State of the optical switch as the hub reports it.</summary>
/// <param name="A">User on the first input, or null.</param>
/// <param name="B">User on the second input, or null.</param>
/// <param name="State">Such as <c>dark</c>, <c>aligning</c>, <c>measuring</c>.</param>
/// <param name="Faults">Moves that failed, and times that the switch left its position unasked.</param>
/// <param name="LastFault">The last of them.</param>
internal sealed record HubSwitch(string? A, string? B, string? State, long Faults = 0, string? LastFault = null);
