using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using MdiQkd.Evaluation;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.VirtualBoard.Bench;

namespace MdiQkd.Cli.Commands.Board;

/// <summary>`mdiqkd board simulate`: a virtual board behind TCP or a pseudo-terminal, for `mdiqkd device` and for a hub.</summary>
internal static class SimulateCommand
{
    private static readonly Option<int?> Tcp = new("--tcp")
    {
        Description = "Listen on this TCP port of 127.0.0.1; 0 takes a free one.", HelpName = "PORT",
    };

    private static readonly Option<string?> Pty = new("--pty")
    {
        Description = "Be a serial port: a pseudo-terminal, with this symbolic link to it.", HelpName = "LINKFILE",
    };

    private static readonly Option<int> Users = new("--users")
    {
        Description = "Users on the optical switch, 2..16.", HelpName = "N", DefaultValueFactory = _ => 4,
    };

    private static readonly Option<TaggerKind> Tagger = new("--tagger")
    {
        Description = "Time tagger: frontEnd, as6500 or none.", HelpName = "KIND", DefaultValueFactory = _ => TaggerKind.FrontEnd,
    };

    private static readonly Option<int> Rate = new("--rate")
    {
        Description = "Dark counts per second, both detectors together.", HelpName = "HZ", DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Seed of the dark counts.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Travel = new("--travel")
    {
        Description = "Time that a switch unit takes to move, ms.", HelpName = "MS", DefaultValueFactory = _ => 6,
    };

    private static readonly Option<string[]> Fault = new("--fault")
    {
        Description = "What is broken from the start, one or more of: "
            + string.Join("; ", BoardFault.Names.Select(name => $"{name.Key}: {name.Value}")) + ".",
        HelpName = "FAULT",
    };

    private static readonly Option<IPEndPoint?> Light = EndPoint(
        "--light", "Tell this simulated world what light the switch lets through.");

    private static readonly Option<IPEndPoint?> Tags = EndPoint(
        "--tags", "Take the detectors' pulses from this tag stream in place of dark counts; it goes as fast as the board carries it.");

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Say where the board is as one line of JSON.",
    };

    internal static Command Make()
    {
        Command command = new(
            "simulate",
            "Run the board's firmware on simulated pins and chips, behind a real link, until Ctrl-C. Lines on standard input make faults "
            + "while it runs: the words of --fault.")
        {
            Tcp, Pty, Users, Tagger, Rate, Seed, Travel, Fault, Light, Tags, Json,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(Tcp) is null) == (result.GetResult(Pty) is null))
            {
                result.AddError("one of --tcp PORT and --pty LINKFILE is needed");
            }
        });
        command.SetAction((result, _) => RunAsync(result));
        return command;
    }

    private static Option<IPEndPoint?> EndPoint(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS:PORT",
        CustomParser = argument =>
        {
            if (IPEndPoint.TryParse(argument.Tokens[0].Value, out IPEndPoint? endPoint))
            {
                return endPoint;
            }

            argument.AddError($"{name} {argument.Tokens[0].Value}: an IP address and port is needed, such as 127.0.0.1:7000");
            return null;
        },
    };

    private static async Task<int> RunAsync(ParseResult result)
    {
        VirtualBoardSettings settings = new(result.GetValue(Users), result.GetValue(Tagger), result.GetValue(Travel));
        SimulationOptions options = new(
            settings,
            result.GetValue(Tcp),
            result.GetValue(Pty) ?? "",
            result.GetValue(Rate),
            result.GetValue(Seed),
            result.GetValue(Fault) ?? [],
            result.GetValue(Light),
            result.GetValue(Tags),
            result.GetValue(Json));
        if (options.Problem() is { } problem)
        {
            return Fail(problem, ExitCode.Usage);
        }

        using Interruption interruption = new();
        try
        {
            await new BoardSimulation(options).RunAsync(interruption.Token).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        catch (ArgumentException e)
        {
            return Fail(e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return Fail(e.Message, ExitCode.Failure);
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
