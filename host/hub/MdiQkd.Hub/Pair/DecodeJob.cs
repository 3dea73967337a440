using MdiQkd.Reconciliation;

namespace MdiQkd.Hub.Pair;

/// <summary>One frame to decode.</summary>
/// <param name="Pair">Name of the pair; pairs take fair turns.</param>
/// <param name="Frame">Index of the frame in its block.</param>
/// <param name="Code">The code.</param>
/// <param name="Rounds">Rounds of syndrome that are present.</param>
/// <param name="Syndrome">s_A ⊕ s_B of all rounds, each padded to whole words.</param>
/// <param name="RealBits">Bits of the frame; positions behind are public zeros.</param>
/// <param name="Qber">Expected error rate.</param>
/// <param name="Done">Called with what became of it.</param>
/// <param name="Unwanted">Cancelled when the block is over: the frame is not decoded to its end.</param>
internal sealed record DecodeJob(
    string Pair,
    int Frame,
    ReconciliationCode Code,
    int Rounds,
    ulong[] Syndrome,
    int RealBits,
    double Qber,
    Action<DecodeOutcome> Done,
    CancellationToken Unwanted);
