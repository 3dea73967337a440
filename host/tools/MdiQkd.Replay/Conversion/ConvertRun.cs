using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Acquisition.TagFiles;

namespace MdiQkd.Replay.Conversion;

/// <summary>One conversion, in bounded memory. The output appears under its name when it is whole.</summary>
internal static class ConvertRun
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Converts.</summary>
    /// <exception cref="ReplayException">The header is refused.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    internal static async Task<ConvertReport> RunAsync(ConvertRequest request, Action<double> report, CancellationToken ct)
    {
        FileStream input = new(
            request.Input, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes,
            FileOptions.Asynchronous | FileOptions.SequentialScan);
        long bytes = Math.Max(1, input.Length);
        (IRecording? recording, RecordingFormat format, TimeTagError error) = await RecordingFile.OpenAsync(
            input, Path.GetExtension(request.Input), request.Format, ct).ConfigureAwait(false);
        if (recording is null)
        {
            throw new ReplayException(RecordingNames.Describe(error));
        }

        await using (recording.ConfigureAwait(false))
        {
            string part = request.Output + ".part";
            try
            {
                FileStream output = new(part, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes, FileOptions.Asynchronous);
                ITimeTagSink sink = await SinkAsync(request, recording, output, ct).ConfigureAwait(false);
                (long tags, long lost) totals;
                await using (sink.ConfigureAwait(false))
                {
                    totals = await CopyAsync(request, recording, sink, () => report((double)input.Position / bytes), ct)
                        .ConfigureAwait(false);
                    await sink.CompleteAsync(ct).ConfigureAwait(false);
                }

                File.Move(part, request.Output, overwrite: true);
                return MakeReport(request, recording, format, totals, new FileInfo(request.Output).Length);
            }
            catch
            {
                File.Delete(part);
                throw;
            }
        }
    }

    private static async Task<ITimeTagSink> SinkAsync(ConvertRequest request, IRecording recording, Stream output, CancellationToken ct)
    {
        TagFileHeader header = (recording as TagFileReader)?.Header ?? new TagFileHeader(null, "");
        string text = request.Text.Length > 0 ? request.Text : header.Text;
        header = header with { Text = request.IsPart ? $"{text} (part from {request.FromPs} to {request.ToPs} ps)".TrimStart() : text };
        return request.Extension switch
        {
            ".mqtf" => await TagFileWriter.CreateAsync(output, header, ct).ConfigureAwait(false),
            ".mqts" => new TagStreamWriter(output),
            _ => await ParquetTagWriter.CreateAsync(output, header, ct).ConfigureAwait(false),
        };
    }

    private static async Task<(long Tags, long LostTags)> CopyAsync(
        ConvertRequest request, IRecording recording, ITimeTagSink sink, Action report, CancellationToken ct)
    {
        if (request.FromPs > 0 && recording is TagFileReader file)
        {
            await file.SeekAsync(request.FromPs, ct).ConfigureAwait(false);
        }

        long tags = 0;
        long lost = 0;
        TimeTagBlock block = new();
        while (await recording.ReadAsync(block, ct).ConfigureAwait(false))
        {
            report();
            bool isLast = block.WatermarkPs >= request.ToPs;
            Keep(block, request.FromPs, request.ToPs);
            if (block.WatermarkPs >= request.FromPs)
            {
                tags += block.Count;
                lost += block.LostTags;
                await sink.WriteAsync(block, ct).ConfigureAwait(false);
            }

            if (isLast)
            {
                break;
            }
        }

        return (tags, lost);
    }

    /// <summary>Removes what is outside; a loss stays with the whole stretch.</summary>
    private static void Keep(TimeTagBlock block, long fromPs, long toPs)
    {
        Span<long> times = block.TimesPs.AsSpan(0, block.Count);
        int first = Below(times, fromPs);
        int end = toPs == long.MaxValue ? block.Count : Below(times, toPs + 1);
        times[first..end].CopyTo(times);
        block.Channels.AsSpan(first, end - first).CopyTo(block.Channels);
        block.Count = end - first;
        block.WatermarkPs = Math.Min(block.WatermarkPs, toPs);
    }

    /// <summary>Number of times below a limit.</summary>
    private static int Below(ReadOnlySpan<long> times, long limitPs)
    {
        int at = times.BinarySearch(limitPs);
        at = at < 0 ? ~at : at;
        while (at > 0 && times[at - 1] == limitPs)
        {
            at--;
        }

        return at;
    }

    private static ConvertReport MakeReport(
        ConvertRequest request, IRecording recording, RecordingFormat format, (long Tags, long LostTags) totals, long bytes)
    {
        RecordingCounters n = recording.Counters;
        return new ConvertReport(
            request.Input, RecordingNames.Of(format), request.Output, n.Records, totals.Tags, totals.LostTags, n.BackwardTags,
            n.Skipped, n.DamagedBlocks, n.DamagedBytes, n.TruncatedBytes, recording.EndReason.ToString().ToLowerInvariant(), bytes,
            totals.Tags == 0 ? 0 : (double)bytes / totals.Tags);
    }
}
