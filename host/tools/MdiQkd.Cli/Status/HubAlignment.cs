namespace MdiQkd.Cli.Status;

/// <summary>Feedback as the hub reports it.</summary>
/// <param name="Condition">Such as <c>aligned</c>; <c>off</c> without feedback.</param>
/// <param name="Detail">One line if something is wrong.</param>
internal sealed record HubAlignment(string? Condition, string? Detail);
