using System.CommandLine;
using MdiQkd.Cli.Networks;
using MdiQkd.Evaluation;
using MdiQkd.Evaluation.Commands;

namespace MdiQkd.Cli.Commands;

/// <summary>`mdiqkd network`: prints the default network, ready to be changed, and checks what a network file plans.</summary>
internal static class NetworkCommand
{
    internal static Command Make()
    {
        Command example = new("example", "Print the default network file, with comments.");
        example.SetAction(_ =>
        {
            Console.Out.Write(NetworkReader.ExampleText);
            return ExitCode.Success;
        });
        return new Command("network", "Network files.") { example, NetworkCheckCommand.Make(EvaluatedNetworks.Read) };
    }
}
