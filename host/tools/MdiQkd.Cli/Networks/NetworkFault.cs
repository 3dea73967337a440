using System.Globalization;

namespace MdiQkd.Cli.Networks;

/// <summary>What is wrong in a network file.</summary>
/// <param name="Path">Key that the message is about, such as <c>users[1].lengthKm</c>; used to find its line.</param>
/// <param name="Message">Key, value and allowed range, in one line.</param>
internal sealed record NetworkFault(string Path, string Message)
{
    /// <summary>A fault if a number is outside [min, max], or null.</summary>
    internal static NetworkFault? Outside(string path, double value, double min, double max) =>
        value >= min && value <= max
            ? null
            : new NetworkFault(path, string.Create(
                CultureInfo.InvariantCulture, $"{path} = {value} is outside {min}..{max}"));

    /// <summary>
    /// A fault below a section, from a message that begins with the key it is about (the form of the protocol's own records).
    /// </summary>
    internal static NetworkFault? Below(string section, string? message)
    {
        if (message is null)
        {
            return null;
        }

        int end = message.AsSpan().IndexOfAny(' ', ':');
        string key = end < 0 ? message : message[..end];
        return new NetworkFault($"{section}.{key}", $"{section}.{message}");
    }
}
