namespace MdiQkd.Hub.Pair;

/// <summary>What became of a frame that was decoded.</summary>
/// <param name="Pattern">The error pattern, or null if it was not found.</param>
/// <param name="Iterations">Iterations spent.</param>
/// <param name="Queued">How long the frame waited for a decoder.</param>
internal sealed record DecodeOutcome(ulong[]? Pattern, int Iterations, TimeSpan Queued);
