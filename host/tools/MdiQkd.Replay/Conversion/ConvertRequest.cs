using System.Text;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Acquisition.TagFiles;

namespace MdiQkd.Replay.Conversion;

/// <summary>What `mdiqkd convert` is asked for.</summary>
/// <param name="Input">The recording.</param>
/// <param name="Output">File to write; its extension says the format.</param>
/// <param name="Format">Format of the recording; Unknown = detect it.</param>
/// <param name="FromPs">First time that is kept.</param>
/// <param name="ToPs">Last time that is kept.</param>
/// <param name="Text">What was recorded.</param>
internal sealed record ConvertRequest(string Input, string Output, RecordingFormat Format, long FromPs, long ToPs, string Text)
{
    // Room for the note that this is a part.
    private const int TextBytesMax = TagFileHeader.TextBytesMax - 100;

    /// <summary>Extension of the output in lower case, with the dot.</summary>
    internal string Extension => Path.GetExtension(Output).ToLowerInvariant();

    /// <summary>Whether tags are left out.</summary>
    internal bool IsPart => FromPs > 0 || ToPs < long.MaxValue;

    /// <summary>What is wrong, or null.</summary>
    internal string? Fault(bool overwrites) =>
        Extension is not (".mqtf" or ".mqts" or ".parquet") ? $"{Output}: .mqtf, .mqts or .parquet is needed as extension"
        : Path.GetFullPath(Input) == Path.GetFullPath(Output) ? $"{Output}: is the recording itself"
        : File.Exists(Output) && !overwrites ? $"{Output}: exists; --force overwrites it"
        : FromPs < 0 || ToPs < FromPs ? $"--from {FromPs} --to {ToPs}: 0 ≤ from ≤ to is needed"
        : Encoding.UTF8.GetByteCount(Text) > TextBytesMax ? $"--text: at most {TextBytesMax} bytes"
        : null;
}
