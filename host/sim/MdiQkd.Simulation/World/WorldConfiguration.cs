using System.Text.Json;
using System.Text.Json.Serialization;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.World;

/// <summary>Configuration of the simulated laboratory. All servers listen on loopback only.</summary>
/// <param name="Timing">Slot raster; an encoder that is armed with another one refuses.</param>
/// <param name="Detectors">Detectors c and d.</param>
/// <param name="Interference">Quality of the interference, when aligned.</param>
/// <param name="Switch">Optical switch.</param>
/// <param name="Users">Users on the switch.</param>
/// <param name="Fidelity">What the tagger delivers.</param>
/// <param name="Seed">Seed of physics, for repeatable runs; null = from the operating system.</param>
/// <param name="TaggerPort">TCP port on loopback of the tag stream; 0 takes a free one.</param>
/// <param name="ChannelC">Tagger channel of detector c.</param>
/// <param name="ChannelD">Tagger channel of detector d.</param>
/// <param name="ChunkMs">Simulated time between two watermarks at most, 1..1000.</param>
public sealed record WorldConfiguration(
    SlotTiming Timing,
    DetectorSettings Detectors,
    InterferenceSettings Interference,
    SimulatedSwitchSettings Switch,
    IReadOnlyList<SimulatedUser> Users,
    Fidelity Fidelity = Fidelity.Coincidences,
    long? Seed = null,
    int TaggerPort = 0,
    byte ChannelC = 1,
    byte ChannelD = 2,
    int ChunkMs = 250)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The station as the physics sees it, aligned.</summary>
    [JsonIgnore]
    public StationSettings Station => new(Timing, Detectors, Interference, ChannelC, ChannelD);

    /// <summary>Switch port of measurement input 1.</summary>
    [JsonIgnore]
    public int Input1Port => Switch.Input1Port > 0 ? Switch.Input1Port : Users.Max(user => user.Port) + 1;

    /// <summary>Switch port of measurement input 2.</summary>
    [JsonIgnore]
    public int Input2Port => Switch.Input2Port > 0 ? Switch.Input2Port : Users.Max(user => user.Port) + 2;

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="configuration">The configuration, if it is valid.</param>
    /// <param name="fault">One line that says what is wrong; empty if it is valid.</param>
    public static bool TryParse(string json, out WorldConfiguration? configuration, out string fault)
    {
        configuration = null;
        try
        {
            configuration = JsonSerializer.Deserialize<WorldConfiguration>(json, Json);
            fault = configuration is null ? "the configuration is null" : configuration.Fault() ?? "";
        }
        catch (JsonException e)
        {
            fault = e.Message.ReplaceLineEndings(" ");
        }

        if (fault.Length > 0)
        {
            configuration = null;
        }

        return configuration is not null;
    }

    /// <summary>The configuration as JSON, readable by <see cref="TryParse"/>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault()
    {
        if ((Station.Fault() ?? (Switch.Fault() is { } wrong ? $"switch: {wrong}" : null)) is { } fault)
        {
            return fault;
        }

        int jitterMaxPs = new JitterTable(Station.ArrivalSigmaPs).MaxPs;
        if (jitterMaxPs >= Timing.EarlyCentrePs)
        {
            return $"detectors: jitterFwhmPs = {Detectors.JitterFwhmPs}, pulseFwhmPs = {Interference.PulseFwhmPs}: tags would leave their "
                + $"slot (8 sigma = {jitterMaxPs} ps, less than {Timing.EarlyCentrePs} ps is needed)";
        }

        if (Fidelity == Fidelity.Coincidences
            && Detectors.EffectiveDeadTimePs > (double)CoincidenceSimulator.DeadSlotsMax * Timing.SlotPeriodPs)
        {
            return $"detectors: deadTimePs = {Detectors.EffectiveDeadTimePs}: fidelity coincidences follows at most "
                + $"{CoincidenceSimulator.DeadSlotsMax} slots; use fidelity singles";
        }

        if (Fidelity == Fidelity.Coincidences && Detectors.AfterpulseProbability > 0)
        {
            return $"detectors: afterpulseProbability = {Detectors.AfterpulseProbability}: fidelity coincidences has no afterpulses; use "
                + "fidelity singles";
        }

        return ChunkMs is < 1 or > 1000 ? $"chunkMs = {ChunkMs} is outside 1..1000" : UsersFault();
    }

    private string? UsersFault()
    {
        foreach (SimulatedUser user in Users)
        {
            if (!ParticipantName.IsValid(user.Name))
            {
                return $"users: name = '{user.Name}': {ParticipantName.Rule}";
            }

            if (user.LossDb is not (>= 0 and <= 200))
            {
                return $"users[{user.Name}]: lossDb = {user.LossDb} is outside 0..200";
            }

            if (user.BackgroundHz is not (>= 0 and <= 1e8))
            {
                return $"users[{user.Name}]: background of {user.BackgroundHz:0} photons per second is outside 0..1e8";
            }

            if (user.Drift is { IsActive: true } && Interference.PulseFwhmPs == 0)
            {
                return $"users[{user.Name}]: drift: interference.pulseFwhmPs = 0: pulses of no length do not tell what an error costs";
            }

            if (user.Drift?.Fault() is { } drift)
            {
                return $"users[{user.Name}]: drift: {drift}";
            }

            if (user.Port < 1 || user.Port == Switch.Input1Port || user.Port == Switch.Input2Port)
            {
                return $"users[{user.Name}]: port = {user.Port}: a port from 1 that is no measurement input is needed";
            }
        }

        return Users.Count < 2 ? $"users: {Users.Count} of them, at least 2 are needed"
            : Users.Select(user => user.Name).Distinct().Count() != Users.Count ? "users: a name is there twice"
            : Users.Select(user => user.Port).Distinct().Count() != Users.Count ? "users: a port is there twice"
            : null;
    }
}
