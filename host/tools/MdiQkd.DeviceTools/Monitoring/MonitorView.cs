using System.Globalization;
using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Capture;
using MdiQkd.DeviceTools.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MdiQkd.DeviceTools.Monitoring;

/// <summary>A sample for people.</summary>
internal static class MonitorView
{
    /// <summary>The live table.</summary>
    /// <param name="board">The board.</param>
    /// <param name="sample">What it is like.</param>
    /// <param name="happened">The last events, oldest first.</param>
    internal static Rows Render(DeviceInformation board, MonitorSample sample, IEnumerable<string> happened)
    {
        List<IRenderable> parts =
        [
            ReportTables.Pairs(
            [
                ("board", $"{board.Name} at {board.Address}, firmware {board.Firmware}"),
                ("time", sample.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)
                    + (sample.IsConnected ? "" : ": NO LINK, trying again")),
                .. sample.Problem is null ? Array.Empty<(string, string)>() : [("problem", sample.Problem)],
                ("switch", sample.Switch is null ? "none or no answer" : sample.Switch.ToText()),
                ("losses", ReportTables.Text(
                    $"{sample.LostTags:N0} tags ({sample.Losses}), {sample.BlocksLost} blocks lost on the link, {sample.Reconnects} reconnects")),
                .. sample.Health is null ? [] : ReportTables.Rows(sample.Health),
            ]),
        ];
        if (board.HasTagger)
        {
            parts.Add(CaptureView.Rates(board, sample.Tags, sample.RatesHz));
        }

        if (ReportTables.Faults(sample.Faults) is { } faults)
        {
            parts.Add(faults);
        }

        parts.AddRange(happened.Select(text => new Text(text)));
        return new Rows(parts);
    }

    /// <summary>One line, for where no table can be drawn.</summary>
    internal static string Line(MonitorSample sample)
    {
        string rates = string.Join(", ", sample.RatesHz.Select(rate => ReportTables.Text($"channel {rate.Key}: {rate.Value:N0}/s")));
        string temperature = sample.Health?.TemperatureC is { } celsius ? ReportTables.Text($"{celsius:F1} °C") : "no thermometer";
        string faults = string.Join(", ", sample.Faults.Where(fault => fault.IsActive).Select(fault => fault.Fault));
        return ReportTables.Text($"{sample.Time.ToLocalTime():HH:mm:ss} ")
            + (sample.Health is { } health
                ? ReportTables.Text(
                    $"{rates}; lost {sample.LostTags}; {temperature}; FIFO {health.FifoHighWaterTags}; switch {sample.Switch?.State}; ")
                    + $"faults: {(faults.Length == 0 ? "none" : faults)}"
                : "no answer")
            + (sample.Problem is null ? "" : $"; {sample.Problem}");
    }
}
