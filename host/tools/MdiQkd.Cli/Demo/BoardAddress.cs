using System.Text.Json;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Demo;

/// <summary>Where the virtual board listens.</summary>
internal static class BoardAddress
{
    /// <summary>Reads the board's ready line.</summary>
    /// <exception cref="ChildProcessException">It lacks the address.</exception>
    internal static string Read(JsonElement ready) =>
        ready.TryGetProperty("address", out JsonElement address) && address.GetString() is { Length: > 0 } text
            ? text : throw new ChildProcessException($"{DaemonFiles.BoardName}: its ready line lacks an address");
}
