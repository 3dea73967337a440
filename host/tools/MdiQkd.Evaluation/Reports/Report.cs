namespace MdiQkd.Evaluation.Reports;

/// <summary>Result of an evaluation, in a form that all outputs share.</summary>
/// <param name="Title">Title.</param>
/// <param name="Command">Command line that repeats it.</param>
/// <param name="Sections">Parts.</param>
internal sealed record Report(string Title, string Command, IReadOnlyList<ReportSection> Sections);
