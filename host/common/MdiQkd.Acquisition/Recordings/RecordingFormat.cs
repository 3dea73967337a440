namespace MdiQkd.Acquisition.Recordings;

/// <summary>File formats of time-tag recordings.</summary>
public enum RecordingFormat
{
    /// <summary>Not recognised.</summary>
    Unknown,

    /// <summary>PicoQuant unified TTTR (PTU), T2 mode.</summary>
    PicoQuantPtu,

    /// <summary>Swabian Instruments, 16 bytes per tag.</summary>
    Swabian,

    /// <summary>S-Fifteen "a1", high word first (the legacy order).</summary>
    SFifteen,

    /// <summary>S-Fifteen "a1", low word first.</summary>
    SFifteenLowWordFirst,

    /// <summary>Our tag stream, shared/protocol/TAGSTREAM.md, saved to a file.</summary>
    TagStream,

    /// <summary>Our tag file, shared/protocol/TAGFILE.md.</summary>
    TagFile,
}
