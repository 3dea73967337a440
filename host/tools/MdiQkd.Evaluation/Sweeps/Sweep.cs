using System.Globalization;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Sweeps;

/// <summary>Values that one quantity of a scenario takes in turn.</summary>
/// <param name="Quantity">What varies.</param>
/// <param name="From">First value.</param>
/// <param name="To">Last value.</param>
/// <param name="Points">Number of values, 2 to 10,000.</param>
/// <param name="IsLogarithmic">Equal ratios instead of equal differences.</param>
internal sealed record Sweep(Quantity Quantity, double From, double To, int Points, bool IsLogarithmic)
{
    /// <summary>Points unless told otherwise.</summary>
    internal const int PointsDefault = 40;

    private const int PointsMax = 10_000;

    /// <summary>The values, ends included; whole ones for a number of users.</summary>
    internal IReadOnlyList<double> Values
    {
        get
        {
            IEnumerable<double> values = Enumerable.Range(0, Points).Select(i => At(i));
            return Quantity.Name == "users" ? [.. values.Select(x => Math.Round(x)).Distinct()] : [.. values];
        }
    }

    /// <summary>Reads <c>NAME</c>, <c>NAME=FROM:TO</c>, <c>NAME=FROM:TO:POINTS</c>, each with <c>:log</c> or <c>:lin</c> at the end if wanted.</summary>
    /// <exception cref="ScenarioException">The text is no sweep.</exception>
    internal static Sweep Parse(string text)
    {
        string[] sides = text.Split('=', 2);
        Quantity quantity = Quantity.Find(sides[0]) ?? throw new ScenarioException(
            $"sweep {sides[0]}: allowed is one of {string.Join(", ", Quantity.All.Select(q => q.Name))}");
        double from = quantity.SweepFrom;
        double to = quantity.SweepTo;
        int points = PointsDefault;
        bool logarithmic = quantity.IsLogarithmic;
        if (sides.Length == 2)
        {
            List<string> parts = [.. sides[1].Split(':')];
            if (parts[^1] is "log" or "lin")
            {
                logarithmic = parts[^1] == "log";
                parts.RemoveAt(parts.Count - 1);
            }

            if (parts.Count is not (2 or 3)
                || !TryNumber(parts[0], out from)
                || !TryNumber(parts[1], out to)
                || (parts.Count == 3 && !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out points)))
            {
                throw new ScenarioException($"sweep {text}: allowed is NAME=FROM:TO[:POINTS][:log|:lin]");
            }
        }

        quantity.Check(from);
        quantity.Check(to);
        return points is < 2 or > PointsMax ? throw new ScenarioException($"sweep {text}: {points} points, allowed is 2 to {PointsMax}")
            : !(to > from) ? throw new ScenarioException($"sweep {text}: the end must be larger than the start")
            : logarithmic && from <= 0 ? throw new ScenarioException($"sweep {text}: a logarithmic sweep starts above 0")
            : new Sweep(quantity, from, to, points, logarithmic);
    }

    private double At(int index) => index == Points - 1 ? To
        : IsLogarithmic ? From * Math.Pow(To / From, (double)index / (Points - 1))
        : From + ((To - From) * index / (Points - 1));

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
