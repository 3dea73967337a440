using System.CommandLine;
using System.Text.Json;
using MdiQkd.Acquisition;
using MdiQkd.Measurement.Tests.Measurement;
using MdiQkd.Replay;
using static MdiQkd.Measurement.Tests.Acquisition.RecordingBytes;

namespace MdiQkd.Measurement.Tests.Replay;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mdiqkd-replay").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_recording_of_the_reference_gives_its_counts()
    {
        string? path = SampleFile("hydraharp-t2.ptu");
        Assert.SkipWhen(path is null, "shared/data/hydraharp-t2.ptu beside the checkout or above it is missing");
        JsonElement report = await ReplayAsync(path!);
        Assert.Equal("ptu", report.GetProperty("format").GetString());
        Assert.Equal(435_319, report.GetProperty("records").GetInt64());
        Assert.Equal(305_565, report.GetProperty("photons").GetProperty("1").GetInt64());
        Assert.Single(report.GetProperty("photons").EnumerateObject());
        Assert.Equal(129_754, report.GetProperty("overflows").GetInt64());
        Assert.Equal(4_999_964_931_763, report.GetProperty("lastTagPs").GetInt64());
        Assert.Equal(0, report.GetProperty("skipped").GetInt64());
        Assert.Equal("none", report.GetProperty("endReason").GetString());
    }

    [Fact]
    public async Task A_station_is_found_and_measured_without_being_told_channels_and_phase()
    {
        // Slots of 5 ns from 123,456 ps on: |psi-> in every 10th slot, single clicks in others; nothing else.
        List<byte> bytes = [];
        long psiMinus = 0;
        for (int slot = 0; slot < 5000; slot++)
        {
            long early = 123_456 + 1250 + (5000L * slot);
            if (slot % 10 == 3)
            {
                psiMinus++;
                bytes.AddRange(Swabian(0, 0, 4, early));
                bytes.AddRange(Swabian(0, 0, 9, early + 2000));
            }
            else if (slot % 3 == 0)
            {
                bytes.AddRange(Swabian(0, 0, 4, early + (slot % 2 * 2000)));
            }
        }

        string path = await FileAsync("station.dat", [.. bytes]);
        JsonElement report = await ReplayAsync(path, "--clock", "5000", "--bin-spacing", "2000", "--window", "400");
        Assert.Equal("swabian", report.GetProperty("format").GetString());
        Assert.Equal([4, 9], report.GetProperty("channels").EnumerateArray().Select(c => c.GetInt32()));
        Assert.InRange(report.GetProperty("arrivals").GetProperty("earlyCentrePs").GetInt64(), 4706 - 10, 4706 + 10);
        JsonElement bsm = report.GetProperty("measurement");
        Assert.Equal(psiMinus, bsm.GetProperty("psiMinus").GetInt64());
        Assert.Equal(psiMinus, bsm.GetProperty("announced").GetInt64());
        Assert.InRange(bsm.GetProperty("announcedBytesPerEvent").GetDouble(), 1, 3);
        JsonElement pair = report.GetProperty("coincidences").EnumerateArray().Single();
        Assert.Equal((4, 9), (pair.GetProperty("a").GetInt32(), pair.GetProperty("b").GetInt32()));

        // The same with everything told, in the other order of the detectors.
        JsonElement told = await ReplayAsync(
            path, "--clock", "5000", "--bin-spacing", "2000", "--window", "400", "--channels", "9,4", "--phase", "4706", "--format", "swabian");
        Assert.Equal(psiMinus, told.GetProperty("measurement").GetProperty("psiMinus").GetInt64());
        Assert.Equal(
            bsm.GetProperty("singlesC").GetInt64(), told.GetProperty("measurement").GetProperty("singlesD").GetInt64());
    }

    [Fact]
    public async Task Damaged_input_is_survived_counted_and_reported()
    {
        string path = await FileAsync("damaged.dat",
        [
            .. Enumerable.Range(0, 50).SelectMany(i => Swabian(0, 0, 1, 1000 * i)), .. Swabian(0, 0, 1, 100), .. Swabian(7, 0, 1, 60_000),
            .. Swabian(4, 12, 1, 61_000), .. Swabian(0, 0, 1, 62_000), .. new byte[5],
        ]);
        JsonElement report = await ReplayAsync(path);
        Assert.Equal(54, report.GetProperty("records").GetInt64());
        Assert.Equal(51, report.GetProperty("photons").GetProperty("1").GetInt64());
        Assert.Equal(2, report.GetProperty("skipped").GetInt64());
        Assert.Equal(1, report.GetProperty("backwardTags").GetInt64());
        Assert.Equal(12, report.GetProperty("reportedLost").GetInt64());
        Assert.Equal(5, report.GetProperty("truncatedBytes").GetInt64());
        Assert.Equal("truncated", report.GetProperty("endReason").GetString());
        Assert.Equal(62_000, report.GetProperty("lastTagPs").GetInt64());
    }

    [Theory]
    [InlineData("ptu")]
    [InlineData("a1")]
    [InlineData("a1-low-first")]
    [InlineData("tagstream")]
    [InlineData("tagfile")]
    [InlineData("swabian")]
    public async Task Random_bytes_after_a_sound_start_never_break_a_replay(string format)
    {
        Random random = new(9);
        byte[] head = format switch
        {
            "ptu" => Ptu(0x0101_0204, 1000, [5, 6]),
            "tagfile" => await Acquisition.TagFileTests.WriteAsync(Acquisition.TagStreams.Block(100, 0, (5, 1))),
            "tagstream" => await Acquisition.TagStreams.WriteAsync(Acquisition.TagStreams.Block(100, 0, (5, 1))),
            _ => [],
        };
        byte[] noise = new byte[200_003];
        random.NextBytes(noise);
        JsonElement report = await ReplayAsync(
            await FileAsync("noise.bin", [.. head, .. noise]), "--format", format, "--clock", "5000", "--channels", "1,2");
        Assert.True(report.GetProperty("records").GetInt64() > 0);
        Assert.True(report.GetProperty("skipped").GetInt64() >= 0);
    }

    [Fact]
    public async Task Empty_and_foreign_files_are_named()
    {
        Assert.Equal(0, (await ReplayAsync(await FileAsync("empty.swabian", []))).GetProperty("records").GetInt64());
        (int code, _, string error) = await RunAsync(await FileAsync("letter.txt", "no tags in here, sorry"u8.ToArray()));
        Assert.Equal(2, code);
        Assert.Contains("known format", error, StringComparison.Ordinal);
        (code, _, error) = await RunAsync(Path.Combine(folder, "missing.ptu"));
        Assert.Equal(2, code);
        Assert.Single(error.TrimEnd().Split('\n'));
        (code, _, error) = await RunAsync(await FileAsync("t3.ptu", Ptu(0x0101_0304, 1000, [5])));
        Assert.Equal(2, code);
        Assert.Contains("T2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--channels", "1")]
    [InlineData("--channels", "1,300")]
    [InlineData("--tau-bin", "0")]
    [InlineData("--format", "matlab")]
    [InlineData("--clock", "50")]
    [InlineData("--tau-max", "100000000000")]
    public async Task Wrong_arguments_are_refused(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync([await FileAsync("some.swabian", []), .. arguments]);
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("records", output, StringComparison.Ordinal);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task Plots_are_images_of_some_content()
    {
        List<TimeTagBlock> blocks = TagPatterns.Random(new Random(1), TagPatterns.Timing, 100_000, 20_000, 0);
        byte[] bytes = [.. Acquisition.TagStreams.Tags(blocks).SelectMany(t => Swabian(0, 0, t.Channel, t.TimePs))];
        string path = await FileAsync("tags.dat", bytes);
        string plots = Path.Combine(folder, "plots");
        JsonElement report = await ReplayAsync(path, "--clock", "5000", "--plots", plots);
        string[] files = [.. report.GetProperty("plots").EnumerateArray().Select(f => f.GetString()!)];
        Assert.Contains(files, f => f.EndsWith("arrivals.png", StringComparison.Ordinal));
        Assert.Contains((await ReplayAsync(path, "--plots", plots)).GetProperty("plots").EnumerateArray(),
            f => f.GetString()!.EndsWith("intervals.png", StringComparison.Ordinal));
        Assert.All(files.Where(f => f.EndsWith(".png", StringComparison.Ordinal)), file =>
        {
            byte[] png = File.ReadAllBytes(file);
            Assert.Equal([0x89, .. "PNG"u8], png[..4]);
            Assert.True(png.Length > 5000, $"{file} is almost empty");
        });
    }

    [Fact]
    public async Task The_table_names_what_was_read()
    {
        (int code, string output, _) = await RunAsync(
            await FileAsync("t.dat", [.. Swabian(0, 0, 1, 5), .. Swabian(0, 0, 2, 9_000_000)]), "--clock", "5000");
        Assert.Equal(0, code);
        Assert.Contains("swabian", output, StringComparison.Ordinal);
        Assert.Contains("multi-click", output, StringComparison.Ordinal);
    }

    private async Task<string> FileAsync(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<JsonElement> ReplayAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await new RootCommand { ReplayCommand.Make() }.Parse(["replay", .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false },
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
