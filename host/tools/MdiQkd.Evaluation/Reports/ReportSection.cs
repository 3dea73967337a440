namespace MdiQkd.Evaluation.Reports;

/// <summary>A part of a report: figures and a table that rest on the same assumptions.</summary>
/// <param name="Name">Short name, for files and machine-readable output.</param>
/// <param name="Title">Heading.</param>
/// <param name="Assumptions">What the numbers rest on, in words and values.</param>
/// <param name="Notes">What a reader must know.</param>
/// <param name="Figures">Figures.</param>
/// <param name="Table">The numbers.</param>
internal sealed record ReportSection(
    string Name,
    string Title,
    IReadOnlyList<(string Name, string Value)> Assumptions,
    IReadOnlyList<string> Notes,
    IReadOnlyList<ReportFigure> Figures,
    ReportTable Table);
