namespace MdiQkd.Evaluation.Reports;

/// <summary>A table of a report.</summary>
/// <param name="Columns">Headings, with units.</param>
/// <param name="Rows">Cells: numbers, texts or null for an empty cell; as many as columns.</param>
internal sealed record ReportTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
