using System.CommandLine;
using MdiQkd.Evaluation.Reports;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Commands;

/// <summary>Where a report goes: options that all evaluating commands share.</summary>
internal sealed class ReportOutputs
{
    private readonly Option<string?> csv = Make("--csv", "Write all numbers as CSV; - is standard output.", "FILE");
    private readonly Option<string?> json = Make("--json", "Write all numbers and assumptions as JSON; - is standard output.", "FILE");
    private readonly Option<string?> html = Make("--html", "Write a report with plots in one file; - is standard output.", "FILE");
    private readonly Option<string?> plots = Make("--plots", "Write every plot as PNG into this folder.", "DIR");

    /// <summary>Adds the options to a command.</summary>
    internal void AddTo(Command command)
    {
        foreach (Option<string?> option in new[] { csv, json, html, plots })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Writes to all places that were asked for, or as text on standard output if none was.</summary>
    /// <exception cref="ScenarioException">A file cannot be written.</exception>
    internal void Write(Report report, ParseResult result)
    {
        TextWriter console = result.InvocationConfiguration.Output;
        bool any = WriteTo(result.GetValue(csv), writer => CsvWriter.Write(report, writer), console)
            | WriteTo(result.GetValue(json), writer => JsonReportWriter.Write(report, writer), console)
            | WriteTo(result.GetValue(html), writer => HtmlWriter.Write(report, writer), console)
            | WritePlots(result.GetValue(plots), report);
        if (!any)
        {
            TextReportWriter.Write(report, console);
        }
    }

    private static Option<string?> Make(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    private static bool WriteTo(string? file, Action<TextWriter> write, TextWriter console)
    {
        if (file is null)
        {
            return false;
        }

        Guarded(file, () =>
        {
            if (file == "-")
            {
                write(console);
                return;
            }

            using StreamWriter writer = new(file);
            write(writer);
        });
        return true;
    }

    private static bool WritePlots(string? folder, Report report)
    {
        if (folder is null)
        {
            return false;
        }

        Guarded(folder, () =>
        {
            Directory.CreateDirectory(folder);
            foreach (ReportFigure figure in report.Sections.SelectMany(section => section.Figures))
            {
                File.WriteAllBytes(Path.Combine(folder, figure.Name + ".png"), figure.Png());
            }
        });
        return true;
    }

    private static void Guarded(string file, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ScenarioException($"{file}: cannot be written: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
