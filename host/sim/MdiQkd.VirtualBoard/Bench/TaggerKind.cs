namespace MdiQkd.VirtualBoard.Bench;

/// <summary>Time tagger of a virtual board.</summary>
public enum TaggerKind
{
    /// <summary>A board that only moves the switch.</summary>
    None,

    /// <summary>The front end with FIFO: blocks of tags.</summary>
    FrontEnd,

    /// <summary>A TDC-GPX2 / AS6500 that is read result by result.</summary>
    As6500,
}
