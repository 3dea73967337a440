using System.Net;
using System.Text;

namespace MdiQkd.Evaluation.Reports;

/// <summary>A report as one HTML file that needs nothing else: figures are embedded, assumptions stand beside them.</summary>
internal static class HtmlWriter
{
    private const string Style = """
        body { font: 15px/1.5 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; color: #222; margin: 0 auto; max-width: 1280px; padding: 1.5em; }
        h1 { font-size: 1.5em; } h2 { font-size: 1.2em; border-top: 1px solid #ccc; padding-top: 1em; margin-top: 2em; }
        code { background: #f3f3f3; padding: 0.1em 0.3em; }
        .figure { display: flex; flex-wrap: wrap; gap: 1.5em; align-items: flex-start; margin: 1em 0; }
        figure { margin: 0; flex: 1 1 620px; max-width: 900px; } figure img { width: 100%; height: auto; }
        figcaption { color: #444; font-size: 0.9em; }
        aside { flex: 0 1 300px; max-width: 420px; font-size: 0.82em; background: #f6f8fa; border-left: 3px solid #0b5fa5; padding: 0.6em 0.9em; }
        aside h3 { margin: 0 0 0.4em; font-size: 1em; } dl { display: grid; grid-template-columns: auto auto; gap: 0.1em 0.8em; margin: 0; }
        dt { color: #555; } dd { margin: 0; text-align: right; }
        table { border-collapse: collapse; font-size: 0.8em; font-variant-numeric: tabular-nums; }
        th, td { border: 1px solid #ddd; padding: 0.2em 0.5em; text-align: right; } th { background: #f3f3f3; }
        td:first-child, th:first-child { text-align: left; }
        .scroll { overflow-x: auto; } summary { cursor: pointer; margin: 0.6em 0; }
        """;

    /// <summary>Writes the whole file.</summary>
    internal static void Write(Report report, TextWriter output)
    {
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<title>{Text(report.Title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n")
            .Append($"<h1>{Text(report.Title)}</h1>\n<p>Repeat with <code>{Text(report.Command)}</code>.</p>\n");
        foreach (ReportSection section in report.Sections)
        {
            Append(html, section);
        }

        html.Append("</body>\n</html>\n");
        output.Write(html.ToString());
    }

    private static void Append(StringBuilder html, ReportSection section)
    {
        html.Append($"<section id=\"{Text(section.Name)}\">\n<h2>{Text(section.Title)}</h2>\n");
        foreach (ReportFigure figure in section.Figures)
        {
            html.Append("<div class=\"figure\">\n<figure>\n")
                .Append($"<img alt=\"{Text(figure.Caption)}\" src=\"data:image/png;base64,{Convert.ToBase64String(figure.Png())}\">")
                .Append($"\n<figcaption>{Text(figure.Caption)}</figcaption>\n</figure>\n");
            AppendAssumptions(html, section);
            html.Append("</div>\n");
        }

        if (section.Figures.Count == 0)
        {
            AppendAssumptions(html, section);
        }

        if (section.Notes.Count > 0)
        {
            html.Append("<ul>\n");
            foreach (string note in section.Notes)
            {
                html.Append($"<li>{Text(note)}</li>\n");
            }

            html.Append("</ul>\n");
        }

        bool folded = section.Table.Rows.Count > 12;
        html.Append(folded ? "<details>\n<summary>All numbers</summary>\n" : "");
        AppendTable(html, section.Table);
        html.Append(folded ? "</details>\n" : "").Append("</section>\n");
    }

    private static void AppendAssumptions(StringBuilder html, ReportSection section)
    {
        html.Append("<aside>\n<h3>Assumptions</h3>\n<dl>\n");
        foreach ((string name, string value) in section.Assumptions)
        {
            html.Append($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>\n");
        }

        html.Append("</dl>\n</aside>\n");
    }

    private static void AppendTable(StringBuilder html, ReportTable table)
    {
        html.Append("<div class=\"scroll\"><table>\n<tr>");
        html.AppendJoin("", table.Columns.Select(column => $"<th>{Text(column)}</th>")).Append("</tr>\n");
        foreach (IReadOnlyList<object?> row in table.Rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Text(Cells.Short(cell))}</td>")).Append("</tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
