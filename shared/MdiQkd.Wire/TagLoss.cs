using System;

namespace MdiQkd.Wire;

/// <summary>
/// What was lost in the stretch of time that a tag block covers, 16 bits. Any of the low eight makes every slot void that touches the
/// stretch, whatever the count of lost tags says.
/// </summary>
[Flags]
public enum TagLoss
{
    /// <summary>Nothing was lost.</summary>
    None = 0,

    /// <summary>The tagger's own FIFO overflowed, or was full so that it may have.</summary>
    FifoOverflow = 0x0001,

    /// <summary>Tags were dropped because the host gave no credit or the link was busy.</summary>
    LinkBackPressure = 0x0002,

    /// <summary>Tags came too late to be put in order and were dropped.</summary>
    LateTags = 0x0004,

    /// <summary>Results that cannot be right were dropped.</summary>
    ImplausibleResults = 0x0008,

    /// <summary>The reference clock was missing.</summary>
    ReferenceMissing = 0x0010,

    /// <summary>The number of reference-index wraps since the tag before is not certain: times may be off by whole wraps.</summary>
    EpochUncertain = 0x0020,

    /// <summary>More tags may be missing than the count says.</summary>
    LostCountIsLowerBound = 0x0040,

    /// <summary>Mask of all flags that void slots.</summary>
    Void = 0x00FF,

    /// <summary>Last block of the capture; no loss.</summary>
    EndOfCapture = 0x0100,

    /// <summary>Mask of all flags of this version.</summary>
    Known = 0x017F,
}
