using MdiQkd.Wire;
using Spectre.Console;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>What `mdiqkd device selftest` prints.</summary>
/// <param name="Board">Name of the board.</param>
/// <param name="Passed">Whether no step failed.</param>
/// <param name="Steps">What was looked at.</param>
internal sealed record SelfTestReport(string Board, bool Passed, IReadOnlyList<SelfTestReport.StepReport> Steps)
{
    /// <summary>Reads a reply.</summary>
    internal static SelfTestReport From(string board, SelfTestReply reply) => new(
        board,
        reply.HasPassed,
        [.. Enumerable.Range(0, reply.Count).Select(i => new StepReport(
            reply.Steps[i], reply.Outcomes[i], reply.Measured[i], reply.Lowest[i], reply.Highest[i], Unit(reply.Steps[i]),
            reply.Outcomes[i] == SelfTestOutcome.Failed ? FaultText.Describe(FaultOf(reply.Steps[i])) : ""))]);

    /// <summary>The failed steps in one line.</summary>
    internal string Failures() => "self-test failed: " + string.Join("; ", Steps
        .Where(step => step.Outcome == SelfTestOutcome.Failed)
        .Select(step => ReportTables.Text($"{step.Step} measured {step.Measured}, needs {step.Lowest}..{step.Highest}{step.Unit}. {step.LookAt}")));

    /// <summary>Writes the report for people.</summary>
    internal void Write(TextWriter output)
    {
        Table table = new Table().AddColumns("step", "outcome", "measured", "range", "what to look at");
        foreach (StepReport step in Steps)
        {
            bool isSkipped = step.Outcome == SelfTestOutcome.Skipped;
            table.AddRow(
                step.Step.ToString(),
                step.Outcome switch
                {
                    SelfTestOutcome.Failed => "[red]FAILED[/]",
                    SelfTestOutcome.Passed => "passed",
                    _ => "not fitted",
                },
                isSkipped ? "" : ReportTables.Text($"{step.Measured}{step.Unit}"),
                isSkipped ? "" : ReportTables.Text($"{step.Lowest}..{step.Highest}"),
                step.LookAt.EscapeMarkup());
        }

        ReportTables.Console(output).Write(table);
    }

    private static string Unit(SelfTestStep step) => step switch
    {
        SelfTestStep.BenchTimer => " ps",
        SelfTestStep.Temperature => " m°C",
        SelfTestStep.FreeMemory => " bytes",
        _ => "",
    };

    private static FaultCode FaultOf(SelfTestStep step) => step switch
    {
        SelfTestStep.TaggerRegisters => FaultCode.TaggerRegister,
        SelfTestStep.Reference => FaultCode.ReferenceMissing,
        SelfTestStep.FrontEnd => FaultCode.FrontEndAbsent,
        SelfTestStep.SwitchDark => FaultCode.SwitchNotDark,
        SelfTestStep.SwitchDriver => FaultCode.SwitchDriverFault,
        SelfTestStep.BenchTimer => FaultCode.BenchTimer,
        SelfTestStep.Temperature => FaultCode.TemperatureHigh,
        SelfTestStep.FreeMemory => FaultCode.MemoryLow,
        _ => FaultCode.FirmwareError,
    };

    /// <summary>A step.</summary>
    /// <param name="Step">What was looked at.</param>
    /// <param name="Outcome">Result.</param>
    /// <param name="Measured">Measured value.</param>
    /// <param name="Lowest">Lowest value that passes.</param>
    /// <param name="Highest">Highest value that passes.</param>
    /// <param name="Unit">Unit of the three; may be empty.</param>
    /// <param name="LookAt">Where to look if it failed; else empty.</param>
    internal sealed record StepReport(
        SelfTestStep Step, SelfTestOutcome Outcome, int Measured, int Lowest, int Highest, string Unit, string LookAt);
}
