using System.Globalization;
using System.IO.Compression;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.TagFiles;
using Parquet;
using Parquet.Schema;

namespace MdiQkd.Replay.Conversion;

/// <summary>
/// Writes tags as Parquet: columns time_ps (INT64), channel (UINT8) and void (BOOLEAN: tags are missing in the stretch of time that this
/// one lies in), in row groups of <see cref="RowsPerGroup"/>. The file's metadata holds lost_tags, watermark_ps, and the text and time
/// of the recording.
/// </summary>
internal sealed class ParquetTagWriter : ITimeTagSink
{
    /// <summary>Rows of a row group: 10 MB while it waits.</summary>
    internal const int RowsPerGroup = 1 << 20;

    private static readonly DataField<long> TimePs = new("time_ps");
    private static readonly DataField<byte> Channel = new("channel");
    private static readonly DataField<bool> IsVoid = new("void");

    private readonly Stream stream;
    private readonly ParquetWriter writer;
    private readonly TagFileHeader header;
    private readonly long[] times = new long[RowsPerGroup];
    private readonly byte[] channels = new byte[RowsPerGroup];
    private readonly bool[] voids = new bool[RowsPerGroup];
    private int rows;
    private long lostTags;
    private long watermarkPs = -1;

    private ParquetTagWriter(Stream stream, ParquetWriter writer, TagFileHeader header)
    {
        this.stream = stream;
        this.writer = writer;
        this.header = header;
    }

    /// <inheritdoc/>
    public long BytesWritten => stream.CanWrite ? stream.Position : 0;

    /// <summary>Begins a file.</summary>
    internal static async Task<ParquetTagWriter> CreateAsync(Stream stream, TagFileHeader header, CancellationToken ct)
    {
        // Times ascend: their differences pack into few bits. A higher level of compression takes 20 times as long for 7 % less.
        ParquetOptions options = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        options.ColumnEncodingHints[TimePs.Name] = EncodingHint.DeltaBinaryPacked;
        ParquetWriter writer = await ParquetWriter.CreateAsync(
            new ParquetSchema(TimePs, Channel, IsVoid), stream, options, cancellationToken: ct).ConfigureAwait(false);
        return new ParquetTagWriter(stream, writer, header);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(TimeTagBlock block, CancellationToken ct)
    {
        lostTags += block.LostTags;
        watermarkPs = block.WatermarkPs;
        for (int from = 0; from < block.Count;)
        {
            int count = Math.Min(block.Count - from, RowsPerGroup - rows);
            block.TimesPs.AsSpan(from, count).CopyTo(times.AsSpan(rows));
            block.Channels.AsSpan(from, count).CopyTo(channels.AsSpan(rows));
            voids.AsSpan(rows, count).Fill(block.LostTags > 0);
            (rows, from) = (rows + count, from + count);
            if (rows == RowsPerGroup)
            {
                await WriteGroupAsync(ct).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        await WriteGroupAsync(ct).ConfigureAwait(false);
        Dictionary<string, string> metadata = new()
        {
            ["lost_tags"] = lostTags.ToString(CultureInfo.InvariantCulture),
            ["watermark_ps"] = watermarkPs.ToString(CultureInfo.InvariantCulture),
            ["text"] = header.Text,
        };
        if (header.Created is { } created)
        {
            metadata["created"] = created.ToString("O", CultureInfo.InvariantCulture);
        }

        writer.CustomMetadata = metadata;
        await writer.DisposeAsync().ConfigureAwait(false);
        await stream.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask WriteGroupAsync(CancellationToken ct)
    {
        if (rows == 0)
        {
            return;
        }

        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync<long>(TimePs, times.AsMemory(0, rows), cancellationToken: ct).ConfigureAwait(false);
        await group.WriteAsync<byte>(Channel, channels.AsMemory(0, rows), cancellationToken: ct).ConfigureAwait(false);
        await group.WriteAsync<bool>(IsVoid, voids.AsMemory(0, rows), cancellationToken: ct).ConfigureAwait(false);
        group.CompleteValidate();
        rows = 0;
    }
}
