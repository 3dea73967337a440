using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MdiQkd.Cli.Demo;
using MdiQkd.Evaluation;
using MdiQkd.Simulation.World;

namespace MdiQkd.Cli.Commands;

/// <summary>`mdiqkd world`: the simulated light, detectors and switch as a process, as the demo starts it.</summary>
internal static class WorldCommand
{
    internal static Command Make()
    {
        Option<FileInfo> config = new("--config") { Description = "Configuration file.", HelpName = "FILE", Required = true };
        Command command = new("world", "Run the simulated world (started by the demo).") { config };
        command.Hidden = true;
        command.SetAction((result, _) => RunAsync(result.GetRequiredValue(config)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file.FullName).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail($"{file}: {e.Message}", ExitCode.Usage);
        }

        if (!WorldConfiguration.TryParse(text, out WorldConfiguration? configuration, out string fault))
        {
            return Fail($"{file}: {fault}", ExitCode.Usage);
        }

        using Interruption interruption = new();
        try
        {
            SimulatedWorld world = SimulatedWorld.Start(configuration!, Console.Error.WriteLine);
            await using (world.ConfigureAwait(false))
            {
                JsonObject ready = JsonNode.Parse(world.EndPoints.ToJson())!.AsObject();
                ready["ready"] = true;
                ready["name"] = DaemonFiles.WorldName;
                Console.Out.WriteLine(ready.ToJsonString());
                await world.Completion.WaitAsync(interruption.Token).ConfigureAwait(false);
            }

            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Success;
        }
        catch (SocketException e)
        {
            return Fail($"{file}: {e.Message}", ExitCode.Failure);
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
