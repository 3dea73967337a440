using MdiQkd.KeyMaterial;
using MdiQkd.Sifting;

namespace MdiQkd.Node.Pair;

/// <summary>A node's own view of a closed list: what its first tag covers, and what it will disclose and sift.</summary>
/// <param name="List">Canonical bytes of sessions and events, in pieces; public.</param>
/// <param name="Own">Own labels and X bits.</param>
/// <param name="Bits">Own bit of every event [events], LSB first; secret.</param>
/// <param name="PsiPlus">Announced |ψ⁺⟩ outcomes [events], LSB first.</param>
/// <param name="Slots">Slots that count: below the limits of all sessions.</param>
internal sealed record ClosedBlock(
    IReadOnlyList<ReadOnlyMemory<byte>> List, LabelPlanes Own, SecretBits Bits, ulong[] PsiPlus, long Slots) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Bits.Dispose();

    /// <summary>Never the bits.</summary>
    public override string ToString() => nameof(ClosedBlock);
}
