namespace MdiQkd.Node.Pair;

/// <summary>Where a pair stands, for the operator.</summary>
public enum PairState
{
    /// <summary>The peer is not attached to the hub, or the sealed channel to it is not up.</summary>
    Waiting,

    /// <summary>A block is being agreed on.</summary>
    Planning,

    /// <summary>A block is open and collects announced events.</summary>
    Accumulating,

    /// <summary>A closed block is being distilled.</summary>
    Distilling,

    /// <summary>No block is opened: the authentication pool is at its reserve, or the pair backs off after an abort.</summary>
    Held,
}
