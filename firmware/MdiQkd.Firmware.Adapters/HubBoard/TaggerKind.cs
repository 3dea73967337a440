namespace MdiQkd.Firmware.Adapters.HubBoard;

/// <summary>Where time tags come from.</summary>
public enum TaggerKind
{
    /// <summary>No tagger.</summary>
    None = 0,

    /// <summary>AS6500 or TDC-GPX2, read result by result.</summary>
    As6500 = 1,

    /// <summary>A front end with FIFO, read block by block.</summary>
    FrontEnd = 2,
}
