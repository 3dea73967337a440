namespace MdiQkd.Acquisition;

/// <summary>Kind of a tag-stream frame. Values are wire values.</summary>
public enum TagFrameKind
{
    /// <summary>Tags, possibly none, and a watermark.</summary>
    Tags = 1,

    /// <summary>Clean end of the stream; carries no tag.</summary>
    End = 2,
}
