using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;

namespace MdiQkd.Replay;

/// <summary>Names of formats and faults on the command line.</summary>
internal static class RecordingNames
{
    private static readonly (RecordingFormat Format, string Name)[] Formats =
    [
        (RecordingFormat.PicoQuantPtu, "ptu"),
        (RecordingFormat.Swabian, "swabian"),
        (RecordingFormat.SFifteen, "a1"),
        (RecordingFormat.SFifteenLowWordFirst, "a1-low-first"),
        (RecordingFormat.TagStream, "tagstream"),
        (RecordingFormat.TagFile, "tagfile"),
    ];

    /// <summary>All names.</summary>
    internal static string[] All => [.. Formats.Select(format => format.Name)];

    /// <summary>Name of a known format.</summary>
    internal static string Of(RecordingFormat format) => Formats.First(known => known.Format == format).Name;

    /// <summary>Format of a name; Unknown if there is none.</summary>
    internal static RecordingFormat Parse(string name) => Formats.FirstOrDefault(known => known.Name == name).Format;

    /// <summary>Why a header is refused, for the user.</summary>
    internal static string Describe(TimeTagError error) => error switch
    {
        TimeTagError.BadMagic => $"not a recording of a known format ({string.Join(", ", All)}); --format chooses one",
        TimeTagError.Truncated => "ends inside its header",
        TimeTagError.UnknownVersion => "holds records other than T2 time tags, or a version that this program does not know",
        TimeTagError.BadHeader => "has no usable resolution or number of records in its header",
        TimeTagError.Oversized => "has a header beyond all limits",
        _ => $"is damaged: {error}",
    };
}
