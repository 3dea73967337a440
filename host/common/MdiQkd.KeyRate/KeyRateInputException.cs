using System.Globalization;
using System.Runtime.CompilerServices;

namespace MdiQkd.KeyRate;

/// <summary>
/// An input of a key-rate computation is outside its range. The message names the field, its value and the allowed range, so that
/// it can be shown to an operator as it is; no number comes out of a computation that throws this.
/// </summary>
public sealed class KeyRateInputException : ArgumentException
{
    /// <summary>Field, value and allowed range.</summary>
    /// <param name="field">Name of the field as the caller wrote it.</param>
    /// <param name="value">Its value, already in text form.</param>
    /// <param name="allowed">Allowed range in words or as an interval.</param>
    public KeyRateInputException(string field, string value, string allowed)
        : base($"{field} = {value}: allowed is {allowed}", field)
    {
        Field = field;
        Value = value;
        Allowed = allowed;
    }

    /// <summary>Name of the field.</summary>
    public string Field { get; }

    /// <summary>The value that was refused.</summary>
    public string Value { get; }

    /// <summary>The allowed range.</summary>
    public string Allowed { get; }

    /// <summary>The message alone: field, value and allowed range, without the suffix that the runtime adds.</summary>
    public override string Message => $"{Field} = {Value}: allowed is {Allowed}";

    /// <summary>Refuses a number outside [<paramref name="min"/>, <paramref name="max"/>]; NaN is always outside.</summary>
    internal static void RequireRange(
        double value, double min, double max, [CallerArgumentExpression(nameof(value))] string field = "")
    {
        if (!(value >= min && value <= max))
        {
            throw new KeyRateInputException(field, Text(value), $"{Text(min)} to {Text(max)}");
        }
    }

    /// <summary>Refuses a number outside the open interval; NaN is always outside.</summary>
    internal static void RequireInside(
        double value, double above, double below, [CallerArgumentExpression(nameof(value))] string field = "")
    {
        if (!(value > above && value < below))
        {
            throw new KeyRateInputException(field, Text(value), $"more than {Text(above)} and less than {Text(below)}");
        }
    }

    /// <summary>Shortest text that reads back as the same number.</summary>
    internal static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
