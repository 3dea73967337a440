using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace MdiQkd.Cli.Commands;

/// <summary>Ranges of numbers on the command line.</summary>
internal static class NumberRange
{
    /// <summary>Refuses numbers outside 1..<paramref name="max"/>; what is no number is refused by the parser.</summary>
    internal static void Limit(Option<int> option, int max, string unit) => option.Validators.Add(result =>
    {
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && (value < 1 || value > max))
            {
                result.AddError($"{option.Name} {text}: 1..{max} {unit}");
            }
        }
    });

    /// <summary>Refuses numbers, one or more, outside a range.</summary>
    internal static void Limit(Option<double[]> option, double min, double max) =>
        option.Validators.Add(result => Limit(result, option, min, max));

    /// <summary>Refuses a number outside a range.</summary>
    internal static void Limit(Option<double> option, double min, double max) =>
        option.Validators.Add(result => Limit(result, option, min, max));

    private static void Limit(OptionResult result, Option option, double min, double max)
    {
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && !(value >= min && value <= max))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {text}: {min}..{max}"));
            }
        }
    }
}
