using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Status;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Demo;

/// <summary>
/// Gathers what hub and nodes report. Keeps the last answer of each: a daemon that is busy or being restarted does not make
/// the table flicker, and a block that was reported once stays.
/// </summary>
internal sealed class DemoMonitor(NetworkFile network, MutualTls identity, DemoDaemons daemons) : IDisposable
{
    private readonly Dictionary<string, (Uri Address, ManagementClient Client)> clients = [];
    private readonly Dictionary<string, NodeStatus> nodes = [];
    private readonly Dictionary<string, List<ClosedBlock>> blocks = [];
    private HubStatus hub = new(0, null, null);
    private long switchFaultsTold;

    /// <summary>Simulated time of the last answer of the hub.</summary>
    internal double SimulatedSeconds => hub.SimulatedSeconds;

    /// <summary>The hub's switch, in words.</summary>
    internal string SwitchState => hub.Switch switch
    {
        null => "unknown",
        { A: { Length: > 0 } a, B: { Length: > 0 } b } on => $"{a} – {b} ({on.State}{Alignment})",
        { } off => off.State ?? "dark",
    };

    private string Alignment => hub.Alignment?.Condition is { } condition && !string.Equals(condition, "off", StringComparison.OrdinalIgnoreCase)
        ? $", {condition}{(hub.Alignment.Detail is { Length: > 0 } detail ? $": {detail}" : "")}"
        : "";

    /// <summary>Asks all of them once.</summary>
    internal async Task LookAsync(CancellationToken ct)
    {
        Task<HubStatus?> hubAnswer = ClientOf(NetworkFile.HubName, daemons.HubAddress).TryReadAsync<HubStatus>(ct);
        (string Name, Task<NodeStatus?> Answer)[] answers =
        [
            .. network.Users.Select(user =>
                (user.Name, ClientOf(user.Name, daemons.NodeAddress(user.Name)).TryReadAsync<NodeStatus>(ct))),
        ];
        hub = await hubAnswer.ConfigureAwait(false) ?? hub;
        foreach ((string name, Task<NodeStatus?> answer) in answers)
        {
            if (await answer.ConfigureAwait(false) is { } status)
            {
                nodes[name] = status;
                KeepBlocks(name, status);
            }
        }
    }

    /// <summary>What the hub had to say of its switch since the last call.</summary>
    internal IEnumerable<string> TakeNews()
    {
        if (hub.Switch is not { } now || now.Faults == switchFaultsTold)
        {
            return [];
        }

        switchFaultsTold = now.Faults;
        return [$"hub: {now.LastFault}"];
    }

    /// <summary>What is known of a pair.</summary>
    internal PairView View(UserPair pair)
    {
        HubPair? open = hub.Pairs?.FirstOrDefault(p => p.A == pair.A && p.B == pair.B);
        NodePeer? peer = nodes.GetValueOrDefault(pair.A)?.Peers?.FirstOrDefault(p => p.Peer == pair.B);
        return new PairView(
            pair.A,
            pair.B,
            hub.Switch is { } connection && (connection.A, connection.B) is var (a, b)
                && ((a == pair.A && b == pair.B) || (a == pair.B && b == pair.A)),
            Phase(open, peer),
            peer is { Slots: > 0 } ? Math.Clamp((double)peer.SlotsDone / peer.Slots, 0, 1) : 0,
            Math.Max(open?.Announced ?? 0, peer?.Announced ?? 0),
            [.. blocks.GetValueOrDefault(pair.A, []).Where(block => block.Peer == pair.B)],
            peer?.KeyStoreBits ?? 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, ManagementClient client) in clients.Values)
        {
            client.Dispose();
        }
    }

    // The node knows best how far its block is; the hub's word is more precise while it works on a closed list.
    private static string Phase(HubPair? open, NodePeer? peer) =>
        peer?.Alarm is { Length: > 0 } alarm ? alarm
        : peer?.State is "distilling" && open?.Phase is { } phase ? phase
        : peer?.State ?? open?.Phase ?? "starting";

    private void KeepBlocks(string node, NodeStatus status)
    {
        if (!blocks.TryGetValue(node, out List<ClosedBlock>? known))
        {
            blocks[node] = known = [];
        }

        foreach (ClosedBlock block in status.Blocks ?? [])
        {
            int index = known.FindIndex(other => other.BlockId == block.BlockId);
            if (index < 0)
            {
                known.Add(block);
            }
            else
            {
                known[index] = block;
            }
        }
    }

    private ManagementClient ClientOf(string name, Uri address)
    {
        if (clients.TryGetValue(name, out (Uri Address, ManagementClient Client) known))
        {
            if (known.Address == address)
            {
                return known.Client;
            }

            known.Client.Dispose();
        }

        ManagementClient client = new(identity, name, address);
        clients[name] = (address, client);
        return client;
    }
}
