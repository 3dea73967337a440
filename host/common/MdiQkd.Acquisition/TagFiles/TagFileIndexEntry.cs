namespace MdiQkd.Acquisition.TagFiles;

/// <summary>Where a block of a tag file begins.</summary>
/// <param name="Offset">Offset of its header in the file.</param>
/// <param name="FromPs">First time that it covers.</param>
/// <param name="TagsBefore">Tags in all blocks before.</param>
public readonly record struct TagFileIndexEntry(long Offset, long FromPs, long TagsBefore);
