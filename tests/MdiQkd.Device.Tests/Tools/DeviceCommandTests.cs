using System.CommandLine;
using System.Text.Json;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.TagFiles;
using MdiQkd.Device.Tests.Harness;
using MdiQkd.DeviceTools;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Tools;

public sealed class DeviceCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mdiqkd-device").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Info_tells_what_the_board_is_and_what_its_faults_mean()
    {
        await using TcpBoard board = new();
        FaultsReply faults = new() { Count = 1 };
        (faults.Records[0].Code, faults.Records[0].IsActive, faults.Records[0].Count) = (FaultCode.ReferenceMissing, true, 3);
        board.Board.Answer = type => type == MessageType.FaultsRequest ? faults : null;
        (int code, string output, string error) = await RunAsync(["info", board.Address, "--json"]);
        Assert.True(code == 0, error);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal("scripted", report.GetProperty("board").GetProperty("name").GetString());
        Assert.Equal(1.0, report.GetProperty("tickPs").GetDouble());
        Assert.Equal(4, report.GetProperty("board").GetProperty("users").GetInt32());
        Assert.Equal(15, report.GetProperty("settings").GetArrayLength());
        Assert.Equal(1234, report.GetProperty("health").GetProperty("uptimeMs").GetInt64());
        Assert.Contains("10 MHz", report.GetProperty("faults")[0].GetProperty("lookAt").GetString(), StringComparison.Ordinal);

        (code, output, _) = await RunAsync(["info", board.Address]);
        Assert.Equal(0, code);
        Assert.Contains("ReferenceMissing", output, StringComparison.Ordinal);
        Assert.Contains("SwitchSettleMs", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_self_test_names_the_step_and_where_to_look()
    {
        await using TcpBoard board = new();
        Assert.Equal(0, (await RunAsync(["selftest", board.Address])).Code);
        int refusals = 2;
        board.Board.Answer = type =>
        {
            if (type == MessageType.SelfTestRequest && refusals-- > 0)
            {
                return new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.NotNow };
            }

            SelfTestReply test = new();
            test.Add(SelfTestStep.Checksum, 1, 1, 1);
            test.Add(SelfTestStep.TaggerRegisters, 3, 0, 0);
            test.AddSkipped(SelfTestStep.BenchTimer);
            return type == MessageType.SelfTestRequest ? test : null;
        };
        (int code, string output, string error) = await RunAsync(["selftest", board.Address, "--json"]);
        Assert.Equal(1, code);
        Assert.False(JsonDocument.Parse(output).RootElement.GetProperty("passed").GetBoolean());
        Assert.Contains("TaggerRegisters", error, StringComparison.Ordinal);
        Assert.Contains("SPI wiring", error, StringComparison.Ordinal);
        (_, output, _) = await RunAsync(["selftest", board.Address]);
        Assert.Contains("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("not fitted", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_held_and_ends_dark()
    {
        await using TcpBoard board = new();
        (int code, string output, string error) = await RunAsync(["switch", "connect", board.Address, "2", "3", "--hold", "0.3", "--json"]);
        Assert.True(code == 0, error);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal([2, 3], report.GetProperty("users").EnumerateArray().Select(u => u.GetInt32()));
        Assert.True(report.GetProperty("lightEnabled").GetBoolean());
        Assert.Equal(MessageType.SwitchDarkRequest, board.Board.CarriedOut.Last(type => type != MessageType.HeartbeatRequest));
        Assert.Equal(0, (await RunAsync(["switch", "status", board.Address])).Code);
        Assert.Equal(0, (await RunAsync(["switch", "clear", board.Address])).Code);

        // It moves while it is held.
        board.Board.Switch.Fault = FaultCode.SwitchMovedUnasked;
        bool isTold = false;
        board.Round = () =>
        {
            if (!isTold && board.Board.Switch.IsLightEnabled)
            {
                isTold = true;
                board.Board.Send(MessageType.SwitchEvent, new SwitchStatus { State = SwitchState.Faulted, Fault = FaultCode.SwitchMovedUnasked });
            }
        };
        (code, _, error) = await RunAsync(["switch", "connect", board.Address, "1", "2"]);
        Assert.Equal(1, code);
        Assert.Contains("SwitchMovedUnasked", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_is_recorded_tag_by_tag()
    {
        await using TcpBoard board = new();
        string file = Path.Combine(folder, "a.mqtf");
        (int code, string output, string error) = await RunAsync(["capture", board.Address, file, "--tags", "2000", "--text", "bench 3", "--json"]);
        Assert.True(code == 0, error);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        (List<long> times, TagFileReader reader, List<TimeTagBlock> voids) = await ReadAsync(file);
        Assert.True(times.Count >= 2000);
        Assert.Equal(board.SentTicks, times);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.Empty(voids);
        Assert.StartsWith("bench 3; scripted", reader.Header!.Text, StringComparison.Ordinal);
        Assert.Equal(times.Count, report.GetProperty("tags").EnumerateObject().Sum(channel => channel.Value.GetInt64()));
        Assert.Equal(0, report.GetProperty("lostTags").GetInt64());
        Assert.Equal(2, (await RunAsync(["capture", board.Address, file])).Code);
    }

    [Fact]
    public async Task Cancelling_a_capture_closes_its_file()
    {
        await using TcpBoard board = new();
        string file = Path.Combine(folder, "b.mqtf");
        using CancellationTokenSource interrupt = new();
        board.Round = () =>
        {
            if (board.SentTicks.Count > 500)
            {
                interrupt.Cancel();
            }
        };
        (int code, string output, string error) = await RunAsync(["capture", board.Address, file], interrupt.Token);
        Assert.True(code == 0, error);
        Assert.Contains("lost tags", output, StringComparison.Ordinal);
        (List<long> times, TagFileReader reader, _) = await ReadAsync(file);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.Equal(board.SentTicks, times);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_capture_goes_on_after_a_lost_link(bool boardRestarts)
    {
        await using TcpBoard board = new();
        string file = Path.Combine(folder, "c.mqtf");
        int cutAfter = 1000;
        board.Cuts = () =>
        {
            if (board.SentTicks.Count < cutAfter)
            {
                return false;
            }

            cutAfter = int.MaxValue;
            if (boardRestarts)
            {
                board.Restart();
            }

            return true;
        };
        (int code, string output, string error) = await RunAsync(["capture", board.Address, file, "--tags", "3000", "--json"]);
        Assert.True(code == 0, error);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1, report.GetProperty("interruptions").GetInt32());
        Assert.Contains("link lost", error, StringComparison.Ordinal);
        string[] files = [.. report.GetProperty("files").EnumerateArray().Select(f => f.GetString()!)];
        Assert.Equal(boardRestarts ? [file, Path.Combine(folder, "c-2.mqtf")] : [file], files);
        (List<long> times, TagFileReader reader, List<TimeTagBlock> voids) = await ReadAsync(files[^1]);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.Equal(board.SentTicks[^100..], times[^100..]);
        Assert.Equal(boardRestarts ? 0 : 1, voids.Count);
        Assert.True(boardRestarts || voids[0].TimesPs[0] > 400_000);
        Assert.Equal(TimeTagError.None, (await ReadAsync(file)).Reader.EndReason);
    }

    [Fact]
    public async Task A_board_that_does_not_come_back_ends_the_capture_with_a_closed_file()
    {
        await using TcpBoard board = new();
        string file = Path.Combine(folder, "d.mqtf");
        board.Round = () =>
        {
            if (board.SentTicks.Count > 500)
            {
                board.Unplug();
            }
        };
        (int code, _, string error) = await RunAsync(["capture", board.Address, file, "--reconnect", "0.5"]);
        Assert.Equal(1, code);
        Assert.Contains("does not come back", error, StringComparison.Ordinal);
        (List<long> times, TagFileReader reader, _) = await ReadAsync(file);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.NotEmpty(times);
    }

    [Fact]
    public async Task A_capture_that_the_board_refuses_or_ends_is_explained()
    {
        await using TcpBoard board = new();
        board.Board.Answer = type => type == MessageType.CaptureStartRequest
            ? new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.Failed, Detail = (int)FaultCode.TaggerAllOnes } : null;
        (int code, _, string error) = await RunAsync(["capture", board.Address, Path.Combine(folder, "e.mqtf")]);
        Assert.Equal(1, code);
        Assert.Contains("MISO", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "e.mqtf")));

        FaultsReply faults = new() { Count = 1 };
        (faults.Records[0].Code, faults.Records[0].IsActive) = (FaultCode.ReferenceMissing, true);
        board.Board.Answer = type => type == MessageType.FaultsRequest ? faults : null;
        board.Round = () =>
        {
            if (board.SentTicks.Count > 500 && board.Board.CaptureState == CaptureState.Running)
            {
                board.Board.EndCapture(TagLoss.ReferenceMissing, CaptureState.Faulted);
            }
        };
        string file = Path.Combine(folder, "f.mqtf");
        (code, string output, error) = await RunAsync(["capture", board.Address, file, "--json"]);
        Assert.Equal(1, code);
        Assert.Contains("ReferenceMissing", error, StringComparison.Ordinal);
        Assert.Equal("ReferenceMissing", JsonDocument.Parse(output).RootElement.GetProperty("losses").GetString());
        (_, TagFileReader reader, List<TimeTagBlock> voids) = await ReadAsync(file);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.NotEmpty(voids);
    }

    [Fact]
    public async Task Monitor_shows_rates_and_goes_on_after_a_lost_link()
    {
        await using TcpBoard board = new();
        int rounds = 0;
        board.Cuts = () => rounds++ == 200;
        (int code, string output, string error) = await RunAsync(
            ["monitor", board.Address, "--count", "12", "--interval", "0.15", "--json"]);
        Assert.True(code == 0, error);
        JsonElement[] samples = [.. output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(12, samples.Length);
        Assert.Contains(samples, s => s.GetProperty("ratesHz").TryGetProperty("1", out JsonElement rate) && rate.GetDouble() > 0);
        Assert.Contains(samples.SelectMany(s => s.GetProperty("events").EnumerateArray()), e => e.GetString()!.Contains("link is back", StringComparison.Ordinal));
        Assert.Equal(1, samples[^1].GetProperty("reconnects").GetInt64());
        Assert.Equal(100_000, samples[^1].GetProperty("health").GetProperty("freeMemoryBytes").GetInt64());
        (code, output, _) = await RunAsync(["monitor", board.Address, "--count", "2", "--interval", "0.1"]);
        Assert.Equal(0, code);
        Assert.Contains("faults: none", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boards_that_are_not_there_or_not_right_are_named()
    {
        string[][] commands = [["info"], ["selftest"], ["switch", "dark"], ["monitor", "--count", "1"]];
        foreach (string[] command in commands)
        {
            (int code, string output, string error) = await RunAsync([.. command, "127.0.0.1:1"]);
            Assert.Equal(1, code);
            Assert.Empty(output);
            Assert.Contains("is the board on", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }

        (_, _, string missing) = await RunAsync(["info", "/dev/no-such-port"]);
        Assert.Contains("mdiqkd device list", missing, StringComparison.Ordinal);
        (_, _, string file) = await RunAsync(["info", "/dev/null"]);
        Assert.Contains("no serial port", file, StringComparison.Ordinal);
        await using TcpBoard board = new();
        board.Board.Version = 9;
        (int wrong, _, string version) = await RunAsync(["info", board.Address]);
        Assert.Equal(1, wrong);
        Assert.Contains("protocol version 9", version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("info", "somewhere")]
    [InlineData("info", "/dev/ttyUSB0@fast")]
    [InlineData("switch", "connect", "127.0.0.1:5", "2", "2")]
    [InlineData("switch", "connect", "127.0.0.1:5", "0", "300")]
    [InlineData("monitor", "127.0.0.1:5", "--count", "0")]
    [InlineData("capture", "127.0.0.1:5", "a.mqtf", "--seconds", "-1")]
    public void Wrong_command_lines_are_refused(params string[] arguments) =>
        Assert.NotEmpty(new RootCommand { DeviceCommand.Make() }.Parse(["device", .. arguments]).Errors);

    [Theory]
    [InlineData("a.txt")]
    [InlineData("no/such/folder/a.mqtf")]
    public async Task Files_that_cannot_be_are_refused_before_the_board_is_asked(string file)
    {
        (int code, _, string error) = await RunAsync(["capture", "127.0.0.1:1", Path.Combine(folder, file)]);
        Assert.Equal(2, code);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private static async Task<(List<long> TimesPs, TagFileReader Reader, List<TimeTagBlock> Voids)> ReadAsync(string path)
    {
        (TagFileReader? reader, TimeTagError error) = await TagFileReader.OpenAsync(File.OpenRead(path), CancellationToken.None);
        Assert.Equal(TimeTagError.None, error);
        await using TagFileReader open = reader!;
        List<long> times = [];
        List<TimeTagBlock> voids = [];
        TimeTagBlock block = new();
        while (await open.ReadAsync(block, CancellationToken.None))
        {
            times.AddRange(block.TimesPs.AsSpan(0, block.Count));
            if (block.LostTags > 0)
            {
                voids.Add(block);
                block = new TimeTagBlock();
            }
        }

        return (times, open, voids);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string[] arguments, CancellationToken cancellation = default)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await new RootCommand { DeviceCommand.Make() }.Parse(["device", .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
