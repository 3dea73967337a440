using System.CommandLine;
using System.Globalization;
using MdiQkd.Acquisition.Device;

namespace MdiQkd.DeviceTools;

/// <summary>Arguments and options that the commands have in common. Each command has its own.</summary>
internal static class DeviceArguments
{
    /// <summary>Where the board is.</summary>
    internal static Argument<string> Address()
    {
        Argument<string> argument = new("ADDRESS")
        {
            Description = $"The board: {DeviceAddress.Form}. It is taken from any other host: its light goes off, its capture ends.",
        };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !DeviceAddress.TryParse(text, out _, out string fault))
            {
                result.AddError(fault);
            }
        });
        return argument;
    }

    /// <summary>Whether to print JSON.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    /// <summary>A number from 1 on.</summary>
    internal static Option<T?> Positive<T>(string name, string helpName, string description)
        where T : struct, IParsable<T>, IComparable<T>
    {
        Option<T?> option = new(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && T.TryParse(text, CultureInfo.InvariantCulture, out T value)
                && value.CompareTo(default) <= 0)
            {
                result.AddError($"{name} {text}: more than 0 is needed");
            }
        });
        return option;
    }
}
