using System.Globalization;
using Spectre.Console;

namespace MdiQkd.Replay;

/// <summary>The report for people.</summary>
internal static class ReplayTables
{
    /// <summary>Writes the report.</summary>
    internal static void Write(ReplayReport report, TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Table summary = new Table().HideHeaders().AddColumns("", "");
        Row("recording", $"{report.File} ({report.Format})");
        Row("records", $"{report.Records:N0}");
        Row("overflows, markers", $"{report.Overflows:N0}, {report.Markers:N0}");
        Row("skipped", $"{report.Skipped:N0} ({report.BackwardTags:N0} back in time, {report.UnusableRecords:N0} unusable)");
        Row("reported as lost", $"{report.ReportedLost:N0}");
        if (report.DamagedBytes > 0)
        {
            Row("damaged", $"{report.DamagedBlocks:N0} blocks, {report.DamagedBytes:N0} bytes");
        }

        Row("first and last tag", $"{report.FirstTagPs:N0} ps, {report.LastTagPs:N0} ps");
        Row("duration", $"{report.DurationSeconds:F6} s");
        if (report.EndReason != "none")
        {
            Row("end", $"{report.EndReason}, {report.TruncatedBytes} bytes make no record");
        }

        Row($"g(0) of {report.Correlation.ChannelA} and {report.Correlation.ChannelB}", $"{report.Correlation.Zero:F4}");
        if (report.Arrivals is { } arrivals)
        {
            Row("early bin", $"{arrivals.EarlyCentrePs} ps in a period of {arrivals.PeriodPs} ps");
        }

        if (report.SlotClock is { } clock)
        {
            Row("slot clock", $"{clock.State} ({clock.Condition}), {clock.OffsetPpm:F4} ppm off the recording's, lost {clock.Losses} times");
            Row("arrivals", $"jitter {clock.JitterPs:F0} ps, detector d later than c by {clock.DelayDifferencePs:F0} ps");
        }

        console.Write(summary);
        Table photons = new Table().AddColumns("channel", "tags", "rate (1/s)");
        foreach ((string channel, long count) in report.Photons)
        {
            photons.AddRow(channel, Text($"{count:N0}"), Text($"{report.RatesHz[channel]:N1}"));
        }

        console.Write(photons);
        Table pairs = new Table().AddColumns("channels", "within (ps)", "pairs", "by chance");
        foreach (CoincidenceReport pair in report.Coincidences)
        {
            pairs.AddRow(
                $"{pair.A}, {pair.B}", Text($"{pair.WindowPs:N0}"), Text($"{pair.Pairs:N0}"), Text($"{pair.Accidentals:N1}"));
        }

        console.Write(pairs);
        if (report.Measurement is { } bsm)
        {
            Table measurement = new Table().AddColumns("slots", "psi-", "psi+", "same bin", "multi-click", "void", "bytes/event");
            measurement.AddRow(
                Text($"{bsm.Slots:N0}"), Text($"{bsm.PsiMinus:N0}"), Text($"{bsm.PsiPlus:N0}"), Text($"{bsm.SameBin:N0}"),
                Text($"{bsm.MultiClick:N0}"), Text($"{bsm.VoidSlots:N0}"), Text($"{bsm.AnnouncedBytesPerEvent:F2}"));
            console.Write(measurement);
        }

        foreach (string plot in report.Plots)
        {
            output.WriteLine(plot);
        }

        void Row(string name, FormattableString value) => summary.AddRow(name.EscapeMarkup(), Text(value).EscapeMarkup());
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
