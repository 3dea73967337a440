namespace MdiQkd.Sifting;

/// <summary>Why disclosed labels are refused.</summary>
public enum LabelPlanesFault
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>The high label plane does not have just the bits of the events: wrong length, or padding set.</summary>
    HighPlane,

    /// <summary>The same for the low label plane.</summary>
    LowPlane,

    /// <summary>The X bits do not have just one bit per event with label v or w.</summary>
    XBits,
}
