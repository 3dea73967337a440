using System.Text.Json;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Demo;

/// <summary>Where the simulated devices listen, as the world prints it when it is ready.</summary>
/// <param name="Tagger">Tag stream.</param>
/// <param name="Switch">Optical switch.</param>
/// <param name="Light">Where the virtual board tells what its switch lets through.</param>
/// <param name="Encoders">State encoder of each node.</param>
internal sealed record WorldAddresses(string Tagger, string Switch, string Light, IReadOnlyDictionary<string, string> Encoders)
{
    /// <summary>Reads the world's ready line.</summary>
    /// <exception cref="ChildProcessException">It lacks an address.</exception>
    internal static WorldAddresses Read(JsonElement ready)
    {
        try
        {
            return new WorldAddresses(
                ready.GetProperty("tagger").GetString()!,
                ready.GetProperty("switch").GetString()!,
                ready.GetProperty("light").GetString()!,
                ready.GetProperty("encoders").EnumerateObject()
                    .ToDictionary(encoder => encoder.Name, encoder => encoder.Value.GetString()!));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new ChildProcessException($"{DaemonFiles.WorldName}: its ready line lacks an address");
        }
    }
}
