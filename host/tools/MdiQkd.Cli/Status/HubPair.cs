namespace MdiQkd.Cli.Status;

/// <summary>Progress of a pair's open block as the hub reports it.</summary>
/// <param name="A">Key reference.</param>
/// <param name="B">The other user.</param>
/// <param name="Phase">What the hub is doing for the block.</param>
/// <param name="Announced">Events announced so far.</param>
internal sealed record HubPair(string A, string B, string? Phase, long Announced);
