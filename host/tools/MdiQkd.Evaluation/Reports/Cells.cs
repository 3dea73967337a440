using System.Globalization;

namespace MdiQkd.Evaluation.Reports;

/// <summary>How cells become text.</summary>
internal static class Cells
{
    /// <summary>Every digit, for machines; nothing for an empty cell.</summary>
    internal static string Exact(object? cell) => cell switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    /// <summary>Four significant digits, for readers; a dash for an empty cell.</summary>
    internal static string Short(object? cell) => cell switch
    {
        null => "–",
        0.0 => "0",
        double number when Math.Abs(number) is >= 1e-3 and < 1e7 => Rounded(number),
        double number => number.ToString("0.###e+0", CultureInfo.InvariantCulture),
        _ => Exact(cell),
    };

    private static string Rounded(double number)
    {
        int digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(number)));
        return digits <= 0
            ? Math.Round(number).ToString("N0", CultureInfo.InvariantCulture)
            : number.ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);
    }
}
