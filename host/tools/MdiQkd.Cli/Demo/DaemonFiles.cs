using System.Text.Json;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Pki;
using MdiQkd.Node;

namespace MdiQkd.Cli.Demo;

/// <summary>Writes the configuration files of one demo. All daemons listen on a free loopback port.</summary>
internal sealed class DaemonFiles(DemoFolder folder, ThrowAwayAuthority authority, NetworkFile network)
{
    /// <summary>Common name of the certificate that the demo reads the management pages with.</summary>
    internal const string OperatorName = "operator";

    /// <summary>Name of the world process.</summary>
    internal const string WorldName = "world";

    /// <summary>Name of the process of the virtual board.</summary>
    internal const string BoardName = "board";

    private const string AnyLoopbackPort = "127.0.0.1:0";
    private const string OnBoard = "board";

    // A killed node is up again in about a second; half a minute tells a lost one from a slow machine.
    private const int SessionTimeoutMs = 30_000;

    // On a busy machine the hub's heartbeats, four in this time, may be late; a second, the default, would cost a session now and then.
    private const int BoardTimeoutMs = 10_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>SAE id of the application at a node; also the common name of its certificate.</summary>
    internal static string ApplicationName(string node) => $"app-{node}";

    /// <summary>Writes the world's file.</summary>
    internal string WriteWorld(long? seed)
    {
        string file = folder.ConfigurationFile(WorldName);
        File.WriteAllText(file, network.ToWorld(seed).ToJson() + "\n");
        return file;
    }

    /// <summary>Writes the hub's file. Its members are those of the hub's own record, which is out of sight here on purpose.</summary>
    /// <param name="world">Devices of the simulated world.</param>
    /// <param name="board">Where the virtual board is: it moves the switch.</param>
    /// <param name="tags">Way of the tags.</param>
    internal string WriteHub(WorldAddresses world, string board, TagPath tags) => Write(NetworkFile.HubName, new
    {
        Name = NetworkFile.HubName,
        Listen = AnyLoopbackPort,
        Certificate = authority.CertificateFile(NetworkFile.HubName),
        CertificateKey = authority.KeyFile(NetworkFile.HubName),
        TrustAnchor = authority.TrustAnchorFile,
        Tagger = tags == TagPath.Board ? OnBoard : world.Tagger,
        Switch = OnBoard,
        Board = board,
        BoardTimeoutMs,
        network.Timing,
        ChannelC = (byte)1,
        ChannelD = (byte)2,
        network.Switch.SettlingTimeMs,
        network.Switch.RelockTimeMs,
        SessionTimeoutMs,
        Users = network.Users.Select(user => new { user.Name, user.Port }).ToArray(),
        Operators = new[] { OperatorName },
        Feedback = network.Feedback is { Enabled: true } feedback
            ? new
            {
                PulseFwhmPs = (int)network.Interference.PulseFwhmPs,
                feedback.IntervalMs,
                feedback.LimitMs,
                FrequencyDriftKHzPerS = (int)(1000 * feedback.FrequencyDriftMHzPerS),
            }
            : null,
    });

    /// <summary>Writes the file of a node.</summary>
    internal string WriteNode(string node, Uri hub, WorldAddresses world) => Write(node, new NodeConfiguration(
        node,
        hub.GetLeftPart(UriPartial.Authority),
        NetworkFile.HubName,
        authority.CertificateFile(node),
        authority.KeyFile(node),
        authority.TrustAnchorFile,
        AnyLoopbackPort,
        world.Encoders[node],
        folder.StoreFolder(node),
        network.Timing,
        network.Pilots,
        network.Block.ToSettings(network.Security),
        [.. network.Pairs.SelectMany(pair => PeersOf(node, pair))],
        network.Users.ToDictionary(user => ApplicationName(user.Name), user => user.Name),
        [OperatorName]));

    private IEnumerable<PeerSettings> PeersOf(string node, UserPair pair)
    {
        if (pair.A == node)
        {
            yield return new PeerSettings(pair.B, pair.SourceA?.ToSettings(), pair.SourceB?.ToSettings(), LinkOf(pair, pair.A, pair.B));
        }
        else if (pair.B == node)
        {
            yield return new PeerSettings(pair.A, pair.SourceB?.ToSettings(), pair.SourceA?.ToSettings(), LinkOf(pair, pair.B, pair.A));
        }
    }

    // Given settings are the operator's decision, also for blocks without margin (`network check` tells); else the nodes plan.
    private LinkModel? LinkOf(UserPair pair, string node, string peer) => pair.SourceA is not null
        ? null
        : new LinkModel(
            network.User(node).LossDb,
            network.User(peer).LossDb,
            network.Detectors.Efficiency,
            network.Detectors.DarkRateHz,
            network.Detectors.DeadTimePs,
            network.Interference.Overlap,
            network.Interference.Extinction,
            network.Interference.PhaseErrorRad,
            network.Interference.MisalignmentZ,
            network.Interference.MisalignmentX);

    private string Write<T>(string name, T configuration)
    {
        string file = folder.ConfigurationFile(name);
        File.WriteAllText(file, JsonSerializer.Serialize(configuration, Json) + "\n");
        return file;
    }
}
