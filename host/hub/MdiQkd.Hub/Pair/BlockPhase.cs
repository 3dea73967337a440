namespace MdiQkd.Hub.Pair;

/// <summary>Where a block stands at the hub.</summary>
public enum BlockPhase
{
    /// <summary>One user has opened it.</summary>
    Opening,

    /// <summary>Sessions run or wait for their turn.</summary>
    Accumulating,

    /// <summary>The list is closed; the users authenticate it and disclose.</summary>
    Disclosing,

    /// <summary>Error patterns are decoded.</summary>
    Reconciling,

    /// <summary>All frames are answered; the users finish without the hub.</summary>
    Reconciled,
}
