using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>Why a block must be given up.</summary>
/// <param name="Reason">The class of the fault.</param>
/// <param name="Detail">One line for the operator: what, where.</param>
internal sealed record Fault(AbortReason Reason, string Detail);
