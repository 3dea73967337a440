using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>Results of a benchmark, in order: one JSON object, or a table of two columns.</summary>
internal sealed class BenchReport
{
    private readonly List<(string Field, JsonValue Value, string Label, string Text)> lines = [];

    /// <summary>Adds a text.</summary>
    internal BenchReport With(string field, string label, string value) => Add(field, JsonValue.Create(value), label, value);

    /// <summary>Adds an answer.</summary>
    internal BenchReport With(string field, string label, bool value) => Add(field, JsonValue.Create(value), label, value ? "yes" : "no");

    /// <summary>Adds a count.</summary>
    internal BenchReport With(string field, string label, long value, string unit = "") =>
        Add(field, JsonValue.Create(value), label, Joined(value.ToString("N0", CultureInfo.InvariantCulture), unit));

    /// <summary>Adds a measured number; four digits are more than a repeat gives.</summary>
    internal BenchReport With(string field, string label, double value, string unit)
    {
        double rounded = double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Add(field, JsonValue.Create(rounded), label, Joined(rounded.ToString("#,0.####", CultureInfo.InvariantCulture), unit));
    }

    /// <summary>Adds a probability.</summary>
    internal BenchReport With(string field, string label, double probability) =>
        Add(field, JsonValue.Create(probability), label, probability.ToString("0.0e+00", CultureInfo.InvariantCulture));

    /// <summary>Writes it.</summary>
    internal void Write(bool json, TextWriter output)
    {
        if (json)
        {
            JsonObject all = [];
            foreach ((string field, JsonValue value, _, _) in lines)
            {
                all[field] = value;
            }

            output.WriteLine(all.ToJsonString());
            return;
        }

        Table table = new Table().HideHeaders().AddColumns("", "");
        foreach ((_, _, string label, string text) in lines)
        {
            table.AddRow(Markup.Escape(label), Markup.Escape(text));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private static string Joined(string number, string unit) => unit.Length == 0 ? number : $"{number} {unit}";

    private BenchReport Add(string field, JsonValue value, string label, string text)
    {
        lines.Add((field, value, label, text));
        return this;
    }
}
