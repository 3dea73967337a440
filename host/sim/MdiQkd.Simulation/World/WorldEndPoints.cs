using System.Net;
using System.Text.Json;

namespace MdiQkd.Simulation.World;

/// <summary>Where the simulated devices listen.</summary>
/// <param name="Tagger">Tag stream.</param>
/// <param name="Switch">Optical switch, SCPI.</param>
/// <param name="Light">Where a virtual board tells what its switch lets through.</param>
/// <param name="Encoders">State encoder of each node.</param>
public sealed record WorldEndPoints(IPEndPoint Tagger, IPEndPoint Switch, IPEndPoint Light, IReadOnlyDictionary<string, IPEndPoint> Encoders)
{
    /// <summary>One line of JSON: <c>tagger</c>, <c>switch</c>, <c>light</c>, and <c>encoders</c> by node name, each "address:port".</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            tagger = Tagger.ToString(),
            @switch = Switch.ToString(),
            light = Light.ToString(),
            encoders = Encoders.ToDictionary(encoder => encoder.Key, encoder => encoder.Value.ToString()),
        });
}
