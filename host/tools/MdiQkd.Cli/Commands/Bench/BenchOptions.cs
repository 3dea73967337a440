using System.CommandLine;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>Options that the benchmarks have in common. An option belongs to one command, so each gets its own.</summary>
internal static class BenchOptions
{
    /// <summary>`--json`.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of a table." };

    /// <summary>`--seconds S`, a millisecond to an hour.</summary>
    internal static Option<double> Seconds()
    {
        Option<double> option = new("--seconds")
        {
            Description = "Measure for this long, after warming up for as long.", HelpName = "S", DefaultValueFactory = _ => 1,
        };
        NumberRange.Limit(option, 0.001, 3600);
        return option;
    }

    /// <summary>`--path`, one of the names that <see cref="BenchPaths"/> knows.</summary>
    internal static Option<string> Path()
    {
        Option<string> option = new("--path")
        {
            Description = "Instructions: auto (fastest), 512, 256, 128 (bits of a register) or portable.",
            HelpName = "PATH",
            DefaultValueFactory = _ => BenchPaths.Auto,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !BenchPaths.Names.Contains(result.Tokens[0].Value))
            {
                result.AddError($"--path {result.Tokens[0].Value}: one of {string.Join(", ", BenchPaths.Names)}");
            }
        });
        return option;
    }
}
