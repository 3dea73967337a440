using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Estimation;

/// <summary>Whether a block gives key, and how much.</summary>
/// <param name="KeyBits">Secret bits, a multiple of <see cref="BlockEstimator.KeyUnitBits"/>; 0 if aborted.</param>
/// <param name="PhaseErrorUpper">Upper bound on the phase error rate of single-photon pairs; ½ if nothing could be shown.</param>
/// <param name="Abort">Why there is no key, or None.</param>
/// <param name="Detail">One line for the operator if aborted.</param>
public sealed record KeyLengthDecision(long KeyBits, double PhaseErrorUpper, AbortReason Abort, string Detail);
