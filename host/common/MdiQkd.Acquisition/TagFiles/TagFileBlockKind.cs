namespace MdiQkd.Acquisition.TagFiles;

/// <summary>Kind of a block of a tag file. Values are those in the file.</summary>
public enum TagFileBlockKind : byte
{
    /// <summary>A stretch of time and its tags.</summary>
    Tags = 1,

    /// <summary>Where blocks begin; the last block of a file that was closed.</summary>
    Index = 2,
}
