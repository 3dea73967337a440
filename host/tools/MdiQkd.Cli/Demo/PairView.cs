using MdiQkd.Cli.Status;

namespace MdiQkd.Cli.Demo;

/// <summary>What the demo shows of one pair.</summary>
/// <param name="A">Key reference.</param>
/// <param name="B">The other user.</param>
/// <param name="Connected">Whether the switch connects this pair now.</param>
/// <param name="Phase">Phase of the open block.</param>
/// <param name="Progress">Share of the open block's slots that are done, 0..1.</param>
/// <param name="Announced">Events announced in the open block.</param>
/// <param name="Blocks">Closed blocks as A reports them, oldest first.</param>
/// <param name="KeyStoreBits">Secret bits in A's key store.</param>
internal sealed record PairView(
    string A,
    string B,
    bool Connected,
    string Phase,
    double Progress,
    long Announced,
    IReadOnlyList<ClosedBlock> Blocks,
    long KeyStoreBits)
{
    /// <summary>Both names, for people.</summary>
    internal string Name => $"{A} – {B}";

    /// <summary>Blocks of this pair that gave a key.</summary>
    internal int Distilled => Blocks.Count(block => block.Distilled);
}
