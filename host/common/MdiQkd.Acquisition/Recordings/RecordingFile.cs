using MdiQkd.Acquisition.TagFiles;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>Opens recordings of any known format.</summary>
public static class RecordingFile
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format, or <see cref="RecordingFormat.Unknown"/> to detect it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The recording and its format, or null and why its header is refused.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static async ValueTask<(IRecording? Recording, RecordingFormat Format, TimeTagError Error)> OpenAsync(
        string path, RecordingFormat format, CancellationToken ct)
    {
        return await OpenAsync(new LocalFile(path), Path.GetExtension(path), format, ct).ConfigureAwait(false);
    }

    /// <summary>Opens a stream that can seek and is at its start; the recording disposes it in the end, also if there is none.</summary>
    /// <param name="stream">The recording.</param>
    /// <param name="extension">Extension of its name, with or without the dot; may be empty.</param>
    /// <param name="format">Its format, or <see cref="RecordingFormat.Unknown"/> to detect it.</param>
    /// <param name="ct">Cancels.</param>
    public static async ValueTask<(IRecording? Recording, RecordingFormat Format, TimeTagError Error)> OpenAsync(
        Stream stream, string extension, RecordingFormat format, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            if (format == RecordingFormat.Unknown)
            {
                byte[] head = new byte[RecordingFormats.HeadBytes];
                int got = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
                stream.Position = 0;
                format = RecordingFormats.Detect(head.AsSpan(0, got), extension);
            }

            (IRecording? recording, TimeTagError error) = await OpenAsync(stream, format, ct).ConfigureAwait(false);
            return (recording, format, error);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a stream of a known format; the recording disposes it in the end, also if there is none.</summary>
    public static async ValueTask<(IRecording? Recording, TimeTagError Error)> OpenAsync(
        Stream stream, RecordingFormat format, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        switch (format)
        {
            case RecordingFormat.PicoQuantPtu:
                return await PtuT2Source.OpenAsync(stream, ct).ConfigureAwait(false);
            case RecordingFormat.Swabian:
                return (new SwabianSource(stream), TimeTagError.None);
            case RecordingFormat.SFifteen:
                return (new SFifteenSource(stream), TimeTagError.None);
            case RecordingFormat.SFifteenLowWordFirst:
                return (new SFifteenSource(stream, highWordFirst: false), TimeTagError.None);
            case RecordingFormat.TagFile:
                return await TagFileReader.OpenAsync(stream, ct).ConfigureAwait(false);
            case RecordingFormat.TagStream:
                return (new TagStreamRecording(stream), TimeTagError.None);
            default:
                await stream.DisposeAsync().ConfigureAwait(false);
                return (null, TimeTagError.BadMagic);
        }
    }
}
