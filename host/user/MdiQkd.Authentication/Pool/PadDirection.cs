namespace MdiQkd.Authentication.Pool;

/// <summary>Which way a pad's message travels. Nodes of a pair are ordered by ordinal comparison of their names.</summary>
public enum PadDirection : byte
{
    /// <summary>From the node whose name sorts first.</summary>
    LowerToHigher = 0,

    /// <summary>From the node whose name sorts last.</summary>
    HigherToLower = 1,
}
