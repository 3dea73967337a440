using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Pki;
using MdiQkd.Hub;
using MdiQkd.Node;
using MdiQkd.Simulation.World;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Tests;

public sealed class DaemonFilesTests
{
    private static readonly WorldAddresses World = new(
        "127.0.0.1:7001",
        "127.0.0.1:7002",
        "127.0.0.1:7006",
        new Dictionary<string, string>
        {
            ["inta-1"] = "127.0.0.1:7003", ["inta-2"] = "127.0.0.1:7004", ["sgsics"] = "127.0.0.1:7005",
        });

    [Fact]
    public void The_daemons_accept_the_files()
    {
        using Scratch scratch = new();
        using DemoFolder folder = DemoFolder.Make(Path.Combine(scratch.Folder, "demo"));
        using ThrowAwayAuthority authority = new(folder.Certificates, TimeProvider.System);
        DaemonFiles files = new(folder, authority, NetworkReader.Example);

        Assert.True(WorldConfiguration.TryParse(File.ReadAllText(files.WriteWorld(7)), out _, out string fault), fault);
        HubConfiguration hub = DaemonConsole.ReadConfiguration<HubConfiguration>(files.WriteHub(World, "127.0.0.1:7007", TagPath.Array));
        NodeConfiguration node = DaemonConsole.ReadConfiguration<NodeConfiguration>(
            files.WriteNode("inta-2", new Uri("https://127.0.0.1:7000/"), World));

        Assert.Null(hub.Fault());
        Assert.Equal("127.0.0.1:7001", hub.Tagger);
        Assert.True(hub is { HasBoardSwitch: true, HasBoardTagger: false, Board: "127.0.0.1:7007" });
        Assert.Equal(5000, hub.RelockTimeMs);
        Assert.Equal(["inta-1", "inta-2", "sgsics"], hub.Users.Select(user => user.Name));
        Assert.Null(node.Fault());
        Assert.Equal("https://127.0.0.1:7000", node.Hub);
        Assert.Equal("127.0.0.1:7004", node.Encoder);
        Assert.Equal(["inta-1", "sgsics"], node.Peers.Select(peer => peer.Node));

        // No settings: the nodes optimise them from what they believe of both arms, the own one first.
        Assert.All(node.Peers, peer => Assert.Null(peer.Source ?? peer.PeerSource));
        Assert.Equal([(11.0, 9.0), (11.0, 13.0)], node.Peers.Select(peer => (Math.Round(peer.Link!.LossDb, 9), Math.Round(peer.Link.PeerLossDb, 9))));
        Assert.Equal((0.8, 100.0, 30_000.0, 0.97), (
            node.Peers[0].Link!.DetectorEfficiency, node.Peers[0].Link!.DarkRateHz, node.Peers[0].Link!.DeadTimePs, node.Peers[0].Link!.Overlap));
        Assert.Equal("inta-2", node.Applications["app-inta-2"]);
    }

    [Fact]
    public void A_hub_recovers_the_slot_clock_or_gives_feedback()
    {
        using Scratch scratch = new();
        using DemoFolder folder = DemoFolder.Make(Path.Combine(scratch.Folder, "demo"));
        using ThrowAwayAuthority authority = new(folder.Certificates, TimeProvider.System);
        HubConfiguration Written(NetworkFile network) => DaemonConsole.ReadConfiguration<HubConfiguration>(
            new DaemonFiles(folder, authority, network).WriteHub(World, "127.0.0.1:7007", TagPath.Array));

        HubConfiguration drifting = Written(NetworkReader.Example.Drifting(feedback: true));
        HubConfiguration still = Written(NetworkReader.Example);
        Assert.Null(drifting.Fault());
        Assert.Null((still with { RecoverSlotClock = true }).Fault());
        Assert.StartsWith("recoverSlotClock = true with feedback", (drifting with { RecoverSlotClock = true }).Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Given_settings_reach_both_nodes_own_first_and_no_node_plans_others()
    {
        using Scratch scratch = new();
        using DemoFolder folder = DemoFolder.Make(Path.Combine(scratch.Folder, "demo"));
        using ThrowAwayAuthority authority = new(folder.Certificates, TimeProvider.System);
        SourceLevels a = new(0.56, 0.14, 0.05, 0.7, 0.07, 0.2);
        SourceLevels b = new(0.61, 0.21, 0.08, 0.72, 0.07, 0.19);
        NetworkFile network = NetworkReader.Example with
        {
            Pairs = [.. NetworkReader.Example.Pairs.Select(pair => pair with { SourceA = a, SourceB = b })],
        };

        NodeConfiguration node = DaemonConsole.ReadConfiguration<NodeConfiguration>(
            new DaemonFiles(folder, authority, network).WriteNode("inta-2", new Uri("https://127.0.0.1:7000/"), World));

        Assert.Equal(new PeerSettings("inta-1", b.ToSettings(), a.ToSettings()), node.Peers[0]);
        Assert.Equal(new PeerSettings("sgsics", a.ToSettings(), b.ToSettings()), node.Peers[1]);
    }

    [Fact]
    public void The_hubs_file_holds_nothing_of_a_seed()
    {
        using Scratch scratch = new();
        using DemoFolder folder = DemoFolder.Make(Path.Combine(scratch.Folder, "demo"));
        using ThrowAwayAuthority authority = new(folder.Certificates, TimeProvider.System);

        string text = File.ReadAllText(new DaemonFiles(folder, authority, NetworkReader.Example).WriteHub(World, "127.0.0.1:7007", TagPath.Board));

        Assert.DoesNotContain("seed", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_folder_to_keep_must_be_new_or_empty_and_stays()
    {
        using Scratch scratch = new();
        string keep = Path.Combine(scratch.Folder, "keep");
        DemoFolder.Make(keep).Dispose();

        Assert.True(Directory.Exists(Path.Combine(keep, "logs")));
        DemoException refused = Assert.Throws<DemoException>(() => DemoFolder.Make(keep));
        Assert.Contains("a new or empty folder is needed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temporary_folder_is_private_and_goes()
    {
        string root;
        using (DemoFolder folder = DemoFolder.Make(null))
        {
            root = folder.Root;
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(root));
            }
        }

        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void Seeds_differ_by_process_and_start_and_repeat()
    {
        string[] seeds = [DemoSeeds.Node(7, "inta-1", 1), DemoSeeds.Node(7, "inta-1", 2), DemoSeeds.Node(7, "inta-2", 1)];

        Assert.Equal(3, seeds.Distinct().Count());
        Assert.Equal(seeds[0], DemoSeeds.Node(7, "inta-1", 1));
        Assert.Equal(DemoSeeds.World(7), DemoSeeds.World(7));
        Assert.NotEqual(DemoSeeds.World(7), DemoSeeds.World(8));
        Assert.Null(DemoSeeds.World(null));
    }
}
