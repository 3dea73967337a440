using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>What became of one block; all of it is public.</summary>
/// <param name="BlockId">The block.</param>
/// <param name="Peer">The other user.</param>
/// <param name="Reference">Whether this node was A, the key reference.</param>
/// <param name="Announced">Events in the closed list.</param>
/// <param name="Sifted">z–z events.</param>
/// <param name="QberZ">Error rate of the sifted bits.</param>
/// <param name="PhaseErrorUpper">Upper bound on the phase error rate of single-photon pairs.</param>
/// <param name="LeakEc">Bits disclosed for error correction.</param>
/// <param name="F">LeakEc over n·h(QberZ).</param>
/// <param name="SecretBits">Length of the secret key, 0 if aborted.</param>
/// <param name="Slots">Slots of the block that both users emitted and that were not voided.</param>
/// <param name="ConnectedSeconds">The same as time.</param>
/// <param name="Epsilon">
/// Failure probability of secrecy and correctness that the block adds to what the pair has used up; aborted blocks count too.
/// </param>
/// <param name="AbortReason">Why there is no key.</param>
/// <param name="Detail">One line for the operator if aborted.</param>
public sealed record BlockReport(
    string BlockId,
    string Peer,
    bool Reference,
    long Announced,
    long Sifted,
    double QberZ,
    double PhaseErrorUpper,
    long LeakEc,
    double F,
    long SecretBits,
    long Slots,
    double ConnectedSeconds,
    double Epsilon,
    AbortReason AbortReason,
    string Detail);
