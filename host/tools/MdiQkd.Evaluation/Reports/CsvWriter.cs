namespace MdiQkd.Evaluation.Reports;

/// <summary>CSV (RFC 4180) of all tables of a report; each row begins with the name of its section.</summary>
internal static class CsvWriter
{
    /// <summary>Writes all tables, with a heading wherever the columns change.</summary>
    internal static void Write(Report report, TextWriter output)
    {
        IReadOnlyList<string> columns = [];
        foreach (ReportSection section in report.Sections)
        {
            if (!columns.SequenceEqual(section.Table.Columns))
            {
                columns = section.Table.Columns;
                WriteRow(output, columns.Prepend("section"));
            }

            foreach (IReadOnlyList<object?> row in section.Table.Rows)
            {
                WriteRow(output, row.Select(Cells.Exact).Prepend(section.Name));
            }
        }
    }

    private static void WriteRow(TextWriter output, IEnumerable<string> cells) =>
        output.Write(string.Join(',', cells.Select(Quoted)) + "\r\n");

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
