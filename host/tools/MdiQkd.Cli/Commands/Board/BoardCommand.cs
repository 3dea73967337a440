using System.CommandLine;

namespace MdiQkd.Cli.Commands.Board;

/// <summary>`mdiqkd board`: boards that are not hardware.</summary>
internal static class BoardCommand
{
    internal static Command Make() => new("board", "Switch and time-tag boards without hardware.") { SimulateCommand.Make() };
}
