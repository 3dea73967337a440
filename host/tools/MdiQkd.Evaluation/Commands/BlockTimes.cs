using System.Globalization;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Commands;

/// <summary>Durations as they are typed: 30s, 10min, 1h, 1d.</summary>
internal static class BlockTimes
{
    /// <summary>What a network's operator asks first.</summary>
    internal const string Default = "10min,1h,1d";

    private const double SecondsMax = 1e9;

    private static readonly (string Unit, double Seconds)[] Units = [("min", 60), ("s", 1), ("h", 3600), ("d", 86_400)];

    /// <summary>Seconds of a list with commas between; none at all for <c>none</c>.</summary>
    /// <exception cref="ScenarioException">An entry is no duration.</exception>
    internal static IReadOnlyList<double> Parse(string text) => text == "none"
        ? []
        : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One)];

    private static double One(string text)
    {
        foreach ((string unit, double seconds) in Units.Where(unit => text.EndsWith(unit.Unit, StringComparison.Ordinal)))
        {
            if (double.TryParse(text[..^unit.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number * seconds is > 0 and <= SecondsMax)
            {
                return number * seconds;
            }
        }

        throw new ScenarioException($"block time {text}: allowed is a number with s, min, h or d, up to 1e9 s");
    }
}
