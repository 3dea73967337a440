namespace MdiQkd.Evaluation.Reports;

/// <summary>A report in plain text, the leading columns of each table only.</summary>
internal static class TextReportWriter
{
    private const int ColumnsMax = 9;

    /// <summary>Writes headings, tables and notes.</summary>
    internal static void Write(Report report, TextWriter output)
    {
        output.WriteLine(report.Title);
        foreach (ReportSection section in report.Sections)
        {
            output.WriteLine();
            output.WriteLine(section.Title);
            WriteTable(section.Table, output);
            foreach (string note in section.Notes)
            {
                output.WriteLine($"  {note}");
            }
        }
    }

    /// <summary>Writes the leading columns of a table, indented.</summary>
    internal static void WriteTable(ReportTable table, TextWriter output)
    {
        int[] columns = [.. Enumerable.Range(0, table.Columns.Count).Where(i => table.Columns[i] is not ("quantity" or "unit")).Take(ColumnsMax)];
        string[][] cells = [.. table.Rows.Select(row => columns.Select(i => Cells.Short(row[i])).ToArray())];
        int[] widths = [.. columns.Select((column, i) => cells.Select(row => row[i].Length).Append(table.Columns[column].Length).Max())];
        WriteRow([.. columns.Select(i => table.Columns[i])]);
        foreach (string[] row in cells)
        {
            WriteRow(row);
        }

        void WriteRow(string[] row) => output.WriteLine("  " + string.Join(
            "  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
    }
}
