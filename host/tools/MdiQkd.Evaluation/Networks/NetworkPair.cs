using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Networks;

/// <summary>A pair of a network.</summary>
/// <param name="A">Name of the key reference.</param>
/// <param name="B">Name of the other user.</param>
/// <param name="SourceA">Settings of A as the network file gives them; null if it leaves them to the optimiser.</param>
/// <param name="SourceB">Settings of B; null as for A.</param>
public sealed record NetworkPair(string A, string B, SourceSettings? SourceA, SourceSettings? SourceB)
{
    /// <summary>Both names.</summary>
    internal string Name => $"{A} - {B}";
}
