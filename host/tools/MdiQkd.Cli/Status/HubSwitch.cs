namespace MdiQkd.Cli.Status;

/// <summary>State of the optical switch as the hub reports it.</summary>
/// <param name="A">User on the first input, or null.</param>
/// <param name="B">User on the second input, or null.</param>
/// <param name="State">Such as <c>dark</c>, <c>moving</c>, <c>connected</c>.</param>
internal sealed record HubSwitch(string? A, string? B, string? State);
