namespace MdiQkd.Firmware.Link;

/// <summary>What came over the link.</summary>
public enum LinkEvent
{
    /// <summary>Nothing whole.</summary>
    None = 0,

    /// <summary>A frame.</summary>
    Frame = 1,

    /// <summary>The header of another protocol version.</summary>
    WrongVersion = 2,
}
