using System.CommandLine;
using System.Text.Json;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Acquisition.TagFiles;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Replay.Conversion;
using Parquet;
using static MdiQkd.Measurement.Tests.Acquisition.RecordingBytes;

namespace MdiQkd.Measurement.Tests.Replay;

public sealed class ConvertCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mdiqkd-convert").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_recording_of_the_reference_keeps_every_tag_as_tag_file()
    {
        string? path = SampleFile("hydraharp-t2.ptu");
        Assert.SkipWhen(path is null, "shared/data/hydraharp-t2.ptu beside the checkout or above it is missing");
        string output = Path.Combine(folder, "hydraharp.mqtf");
        JsonElement report = await ConvertAsync(path!, output, "--text", "HydraHarp 400");
        Assert.Equal("ptu", report.GetProperty("format").GetString());
        Assert.Equal(435_319, report.GetProperty("records").GetInt64());
        Assert.Equal(305_565, report.GetProperty("tags").GetInt64());
        Assert.Equal(0, report.GetProperty("lostTags").GetInt64());
        Assert.InRange(report.GetProperty("bytesPerTag").GetDouble(), 3, 4.2);
        (List<TimeTagBlock> expected, _) = await ReadAsync(path!);
        (List<TimeTagBlock> read, IRecording recording) = await ReadAsync(output);
        Assert.Equal(TagStreams.Tags(expected), TagStreams.Tags(read));
        Assert.Equal(4_999_964_931_763, recording.Counters.LastTagPs);
        Assert.Equal("HydraHarp 400", Assert.IsType<TagFileReader>(recording).Header!.Text);
        Assert.Empty(Directory.GetFiles(folder, "*.part"));
    }

    [Theory]
    [InlineData(".mqtf")]
    [InlineData(".mqts")]
    [InlineData(".parquet")]
    public async Task Tags_and_losses_of_a_recording_arrive_in_each_format(string extension)
    {
        string input = await FileAsync("in.dat",
        [
            .. Enumerable.Range(0, 50_000).SelectMany(i => Swabian(0, 0, 1 + (i % 3), 1000L * i)), .. Swabian(4, 12, 1, 50_000_000),
            .. Enumerable.Range(50_001, 50_000).SelectMany(i => Swabian(0, 0, 1 + (i % 3), 1000L * i)),
        ]);
        string output = Path.Combine(folder, "out" + extension);
        JsonElement report = await ConvertAsync(input, output);
        Assert.Equal(100_000, report.GetProperty("tags").GetInt64());
        Assert.Equal(12, report.GetProperty("lostTags").GetInt64());
        (List<TimeTagBlock> expected, _) = await ReadAsync(input);
        if (extension == ".parquet")
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(output, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("12", reader.CustomMetadata["lost_tags"]);
            Assert.Equal($"{expected[^1].WatermarkPs}", reader.CustomMetadata["watermark_ps"]);
            Assert.Equal(TagStreams.Tags(expected).Select(t => t.TimePs), await ColumnAsync<long>(reader, 0));
            Assert.Equal(TagStreams.Tags(expected).Select(t => t.Channel), await ColumnAsync<byte>(reader, 1));
            Assert.Equal(
                expected.SelectMany(b => Enumerable.Repeat(b.LostTags > 0, b.Count)), await ColumnAsync<bool>(reader, 2));
        }
        else
        {
            (List<TimeTagBlock> read, IRecording recording) = await ReadAsync(output);
            Assert.Equal(TimeTagError.None, recording.EndReason);
            Assert.Equal(TagStreams.Tags(expected), TagStreams.Tags(read));
            Assert.Equal(12, read.Sum(b => b.LostTags));
            Assert.Equal(
                expected.Where(b => b.LostTags > 0).SelectMany(b => b.TimesPs.Take(b.Count)),
                read.Where(b => b.LostTags > 0).SelectMany(b => b.TimesPs.Take(b.Count)));
        }
    }

    [Fact]
    public async Task A_part_is_cut_out_and_a_damaged_file_repaired()
    {
        byte[] bytes = await TagFileTests.WriteAsync([.. Enumerable.Range(0, 100).Select(i => TagStreams.Block(
            (1000 * i) + 999, 0, [.. Enumerable.Range(0, 10).Select(k => ((1000L * i) + (100 * k), (byte)1))]))]);
        bytes[bytes.Length / 2] ^= 1;
        string input = await FileAsync("damaged.mqtf", bytes);
        string part = Path.Combine(folder, "part.mqtf");
        await ConvertAsync(input, part, "--from", "20100", "--to", "30000");
        (List<TimeTagBlock> read, IRecording recording) = await ReadAsync(part);
        Assert.Equal(Enumerable.Range(201, 100).Select(k => 100L * k), TagStreams.Tags(read).Select(t => t.TimePs));
        Assert.Contains("part from 20100", ((TagFileReader)recording).Header!.Text, StringComparison.Ordinal);

        string whole = Path.Combine(folder, "repaired.mqtf");
        JsonElement report = await ConvertAsync(input, whole);
        Assert.Equal((990, 10, 1), (report.GetProperty("tags").GetInt64(), report.GetProperty("lostTags").GetInt64(),
            report.GetProperty("damagedBlocks").GetInt64()));
        (read, recording) = await ReadAsync(whole);
        Assert.Equal((990, 10), (read.Sum(b => b.Count), read.Sum(b => b.LostTags)));
        Assert.Equal((0, TimeTagError.None), (recording.Counters.DamagedBytes, recording.EndReason));
    }

    [Fact]
    public async Task Wrong_arguments_and_files_are_refused_and_leave_nothing()
    {
        string input = await FileAsync("in.dat", Swabian(0, 0, 1, 5));
        string existing = await FileAsync("old.mqtf", [1]);
        foreach (string[] arguments in new string[][]
        {
            [input, Path.Combine(folder, "out.txt")], [input, input], [input, existing], [Path.Combine(folder, "missing.ptu"), "x.mqtf"],
            [input, Path.Combine(folder, "a.mqtf"), "--from", "9", "--to", "8"],
            [await FileAsync("letter.txt", "no tags in here, sorry"u8.ToArray()), Path.Combine(folder, "b.mqtf")],
        })
        {
            (int code, string output, string error) = await RunAsync(arguments);
            Assert.Equal(2, code);
            Assert.Empty(output);
            Assert.Single(error.TrimEnd().Split('\n'));
        }

        Assert.Equal(3, Directory.GetFiles(folder).Length);
        Assert.Equal(0, (await RunAsync(input, existing, "--force")).Code);
        (int unwritable, _, string why) = await RunAsync(input, Path.Combine(folder, "no", "such.mqtf"));
        Assert.Equal(1, unwritable);
        Assert.Contains("such.mqtf", why, StringComparison.Ordinal);
    }

    private static async Task<T[]> ColumnAsync<T>(ParquetReader reader, int column)
        where T : struct
    {
        List<T> values = [];
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            T[] part = new T[rows.RowCount];
            await rows.ReadAsync<T>(reader.Schema.GetDataFields()[column], part.AsMemory());
            values.AddRange(part);
        }

        return [.. values];
    }

    private static async Task<(List<TimeTagBlock> Blocks, IRecording Recording)> ReadAsync(string path)
    {
        (IRecording? recording, _, TimeTagError error) =
            await RecordingFile.OpenAsync(path, RecordingFormat.Unknown, TestContext.Current.CancellationToken);
        Assert.Equal(TimeTagError.None, error);
        await using IRecording open = recording!;
        return (await TagStreams.ReadAllAsync(open), open);
    }

    private async Task<string> FileAsync(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<JsonElement> ConvertAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await new RootCommand { ConvertCommand.Make() }.Parse(["convert", .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false },
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
