namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>
/// There is no randomness, so nothing may go on that needs it. An exception and not a value, since no caller can do anything but stop.
/// </summary>
/// <param name="fault">Why.</param>
/// <param name="source">Name of the source.</param>
/// <param name="detail">One line; never samples.</param>
public sealed class RandomnessException(RandomnessFault fault, string source, string detail)
    : Exception($"randomness source {source} ({fault}): {detail}")
{
    /// <summary>Why.</summary>
    public RandomnessFault Fault { get; } = fault;
}
