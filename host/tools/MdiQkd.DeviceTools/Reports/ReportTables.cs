using System.Globalization;
using Spectre.Console;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>Parts of reports for people.</summary>
internal static class ReportTables
{
    /// <summary>A console that writes to <paramref name="output"/>.</summary>
    internal static IAnsiConsole Console(TextWriter output) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

    /// <summary>A table of names and values.</summary>
    internal static Table Pairs(IEnumerable<(string Name, string Value)> rows)
    {
        Table table = new Table().HideHeaders().AddColumns("", "");
        foreach ((string name, string value) in rows)
        {
            table.AddRow(name.EscapeMarkup(), value.EscapeMarkup());
        }

        return table;
    }

    /// <summary>Health as names and values.</summary>
    internal static IEnumerable<(string Name, string Value)> Rows(HealthReport health)
    {
        yield return ("uptime", TimeSpan.FromSeconds(health.UptimeMs / 1000).ToString("c", CultureInfo.InvariantCulture));
        yield return ("temperature", health.TemperatureC is { } celsius ? Text($"{celsius:F1} °C") : "no thermometer");
        yield return ("reference clock", health.ReferencePresent switch
        {
            true => "present",
            false => "not seen; a capture or a self-test looks for it",
            null => "not monitored",
        });
        yield return ("lost tags", Text($"{health.LostTags:N0} since start"));
        yield return ("FIFO high water", Text($"{health.FifoHighWaterTags:N0} tags"));
        yield return ("blocks", Text($"{health.BlocksSent:N0} sent, at most {health.BufferHighWater} buffers in use"));
        yield return ("free memory", health.FreeMemoryBytes == uint.MaxValue ? "4 GB or more" : Text($"{health.FreeMemoryBytes:N0} bytes"));
        yield return ("longest loop", Text($"{health.LongestLoopMs} ms"));
        yield return ("link as the board sees it", Text(
            $"{health.FramesRejected} frames rejected, {health.FramesMissed} missed, {health.DiscardedBytes} bytes discarded"));
    }

    /// <summary>Faults, active ones first; null if there are none.</summary>
    internal static Table? Faults(IReadOnlyList<FaultReport> faults)
    {
        if (faults.Count == 0)
        {
            return null;
        }

        Table table = new Table().AddColumns("fault", "", "times", "detail", "what to look at");
        foreach (FaultReport fault in faults.OrderByDescending(fault => fault.IsActive))
        {
            table.AddRow(
                fault.Fault.EscapeMarkup(), fault.IsActive ? "[red]active[/]" : "gone", Text($"{fault.Count}"), Text($"{fault.Detail}"),
                fault.LookAt.EscapeMarkup());
        }

        return table;
    }

    /// <summary>Text with invariant numbers.</summary>
    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
