using System.CommandLine;
using MdiQkd.Cli.Demo;
using MdiQkd.Evaluation;
using MdiQkd.Node;
using MdiQkd.Simulation;

namespace MdiQkd.Cli.Commands;

/// <summary>`mdiqkd seeded-node`: the node daemon with seeded randomness, for repeatable simulations; makes no real keys.</summary>
internal static class SeededNodeCommand
{
    internal static Command Make()
    {
        Option<FileInfo> config = new("--config") { Description = "Configuration file.", HelpName = "FILE", Required = true };
        Command command = new("seeded-node", "Run a node without real keys (started by the demo).") { config };
        command.Hidden = true;
        command.SetAction((result, _) => RunAsync(result.GetRequiredValue(config)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file)
    {
        string? seed = Environment.GetEnvironmentVariable(DemoSeeds.Variable);
        if (seed is not { Length: 2 * DemoSeeds.NodeSeedBytes } || !seed.All(char.IsAsciiHexDigit))
        {
            await Console.Error.WriteLineAsync(
                $"error: {DemoSeeds.Variable} must hold {2 * DemoSeeds.NodeSeedBytes} hexadecimal digits").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        await Console.Error.WriteLineAsync("warning: seeded node: no real keys").ConfigureAwait(false);
        using SeededKeyRandomness randomness = new(Convert.FromHexString(seed), "", "node");
        return await NodeDaemon.RunAsync(["--config", file.FullName], randomness).ConfigureAwait(false);
    }
}
