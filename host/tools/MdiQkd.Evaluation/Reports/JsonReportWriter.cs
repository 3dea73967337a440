using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MdiQkd.Evaluation.Reports;

/// <summary>JSON of a report: the tables as objects, with assumptions and notes.</summary>
internal static class JsonReportWriter
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the whole report as one object.</summary>
    internal static void Write(Report report, TextWriter output)
    {
        JsonObject root = new()
        {
            ["title"] = report.Title,
            ["command"] = report.Command,
            ["sections"] = new JsonArray([.. report.Sections.Select(Section)]),
        };
        output.WriteLine(root.ToJsonString(Options));
    }

    private static JsonObject Section(ReportSection section)
    {
        JsonObject assumptions = [];
        foreach ((string name, string value) in section.Assumptions)
        {
            assumptions[name] = value;
        }

        return new JsonObject
        {
            ["name"] = section.Name,
            ["title"] = section.Title,
            ["assumptions"] = assumptions,
            ["notes"] = new JsonArray([.. section.Notes.Select(note => (JsonNode)note)]),
            ["rows"] = new JsonArray([.. section.Table.Rows.Select(row => Row(section.Table.Columns, row))]),
        };
    }

    private static JsonObject Row(IReadOnlyList<string> columns, IReadOnlyList<object?> row)
    {
        JsonObject result = [];
        for (int i = 0; i < columns.Count; i++)
        {
            result[columns[i]] = row[i] switch
            {
                null => null,
                double number => number,
                long number => number,
                int number => number,
                bool truth => truth,
                object other => other.ToString(),
            };
        }

        return result;
    }
}
