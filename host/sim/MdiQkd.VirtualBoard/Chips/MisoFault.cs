namespace MdiQkd.VirtualBoard.Chips;

/// <summary>What can be wrong with the data line from a chip.</summary>
public enum MisoFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Pulled up: all ones.</summary>
    AllOnes,

    /// <summary>Shorted to ground: all zeros.</summary>
    AllZeros,
}
