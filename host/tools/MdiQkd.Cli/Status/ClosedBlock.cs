using System.Text.Json;

namespace MdiQkd.Cli.Status;

/// <summary>What became of one block, as a node reports it.</summary>
/// <param name="BlockId">The block.</param>
/// <param name="Peer">The other user.</param>
/// <param name="Announced">Events in the closed list.</param>
/// <param name="Sifted">z–z events.</param>
/// <param name="QberZ">Error rate of the sifted bits.</param>
/// <param name="PhaseErrorUpper">Upper bound on the phase error rate of single-photon pairs.</param>
/// <param name="LeakEc">Bits disclosed for error correction.</param>
/// <param name="F">LeakEc over sifted · h(QberZ).</param>
/// <param name="SecretBits">Length of the key; 0 if the block was aborted.</param>
/// <param name="ConnectedSeconds">Simulated time that the pair was connected for.</param>
/// <param name="AbortReason">Why there is no key: the name of the reason.</param>
/// <param name="Detail">The same in a sentence.</param>
internal sealed record ClosedBlock(
    string BlockId,
    string Peer,
    long Announced,
    long Sifted,
    double QberZ,
    double PhaseErrorUpper,
    long LeakEc,
    double F,
    long SecretBits,
    double ConnectedSeconds,
    JsonElement? AbortReason = null,
    string? Detail = null)
{
    /// <summary>Whether it gave a key.</summary>
    internal bool Distilled => SecretBits > 0;

    /// <summary>Why it gave none, in one line.</summary>
    internal string Reason => string.IsNullOrEmpty(Detail) ? AbortReason?.ToString() ?? "no key" : $"{AbortReason}: {Detail}";
}
