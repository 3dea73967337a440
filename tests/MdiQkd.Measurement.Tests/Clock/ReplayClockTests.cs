using System.CommandLine;
using System.Text.Json;
using MdiQkd.Acquisition;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Replay;

namespace MdiQkd.Measurement.Tests.Clock;

public class ReplayClockTests
{
    [Fact]
    public async Task A_recording_with_a_clock_80_ppm_off_and_a_delayed_detector_is_put_right()
    {
        PulsedTags light = new(21) { ShiftPs = t => t * 80e-6, RateHz = 1e6, StartPs = 5_000_000 };
        List<(long TimePs, byte Channel, long Slot)> tags =
            [.. light.Draw(0.1).Select(t => (t.TimePs + (t.Channel == PulsedTags.D ? 400 : 0), t.Channel, t.Slot)).Order()];
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, await TagStreams.WriteAsync([.. light.Blocks(tags, 0.1, 0.001)]), TestContext.Current.CancellationToken);
            JsonElement plain = await ReplayAsync(file, "--clock", "5000", "--window", "600");
            Assert.Equal(JsonValueKind.Null, plain.GetProperty("slotClock").ValueKind);
            JsonElement found = await ReplayAsync(file, "--clock", "5000", "--window", "600", "--recover-clock");
            JsonElement clock = found.GetProperty("slotClock");
            Assert.Equal("locked", clock.GetProperty("state").GetString());
            Assert.InRange(clock.GetProperty("offsetPpm").GetDouble(), -80.1, -79.9);
            Assert.InRange(clock.GetProperty("delayDifferencePs").GetDouble(), 390, 410);
            JsonElement corrected = await ReplayAsync(
                file, "--clock", "5000", "--window", "600", "--recover-clock", "--delays", "0,400");
            Assert.InRange(corrected.GetProperty("slotClock").GetProperty("delayDifferencePs").GetDouble(), -10, 10);
            Assert.InRange(corrected.GetProperty("slotClock").GetProperty("jitterPs").GetDouble(), 50, 70);
            long Outside(JsonElement report) => report.GetProperty("measurement").GetProperty("backgroundC").GetInt64();
            Assert.True(Outside(plain) > 5 * Outside(corrected), $"{Outside(plain)} and {Outside(corrected)}");
            Assert.InRange(Outside(corrected), 0, 0.03 * tags.Count);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--recover-clock")]
    [InlineData("--delays", "1,2")]
    [InlineData("--clock", "5000", "--delays", "1")]
    [InlineData("--clock", "5000", "--delays", "0,2000000")]
    public async Task Options_that_make_no_sense_end_with_code_2(params string[] options)
    {
        StringWriter error = new();
        int code = await ReplayCommand.Make().Parse(["none.ptu", .. options])
            .InvokeAsync(new InvocationConfiguration { Output = TextWriter.Null, Error = error }, TestContext.Current.CancellationToken);
        Assert.True(code == 2 || error.ToString().Contains("--delays", StringComparison.Ordinal), $"{code}: {error}");
        Assert.NotEqual(0, code);
    }

    private static async Task<JsonElement> ReplayAsync(string file, params string[] options)
    {
        StringWriter output = new();
        int code = await ReplayCommand.Make().Parse([file, .. options, "--json"])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = output }, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
