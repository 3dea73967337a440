namespace MdiQkd.Protocol;

/// <summary>Why an announcement batch is refused.</summary>
public enum AnnouncementBatchFault
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>The bytes end before the announced events do.</summary>
    Truncated,

    /// <summary>Another version of the format.</summary>
    Version,

    /// <summary>More events than a batch may hold.</summary>
    TooManyEvents,

    /// <summary>Slots that do not ascend, or a first slot that differs from the header's.</summary>
    NotAscending,

    /// <summary>A slot beyond the range of slots.</summary>
    SlotOverflow,

    /// <summary>A number with more bytes than it needs: one list has one encoding.</summary>
    NotCanonical,

    /// <summary>Bytes after the last event.</summary>
    TrailingBytes,
}
