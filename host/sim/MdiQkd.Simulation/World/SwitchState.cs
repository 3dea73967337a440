using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.World;

/// <summary>Which user ports are connected to which measurement input. Loop only.</summary>
internal sealed class SwitchState(WorldConfiguration configuration)
{
    private List<(int From, int To)> connections = [];

    /// <summary>The connections as a switch reports them.</summary>
    public string Report() => ScpiConnections.Format(connections);

    /// <summary>Whether a set of connections is one that the switch can make: user ports to inputs, each port once.</summary>
    public bool Accepts(IReadOnlyList<(int From, int To)> wanted) =>
        wanted.All(c => configuration.Users.Any(user => user.Port == c.From)
            && (c.To == configuration.Input1Port || c.To == configuration.Input2Port))
        && wanted.Select(c => c.From).Distinct().Count() == wanted.Count
        && wanted.Select(c => c.To).Distinct().Count() == wanted.Count;

    /// <summary>Replaces all connections.</summary>
    public void Set(IReadOnlyList<(int From, int To)> wanted) => connections = [.. wanted];

    /// <summary>User port at input 1 or 2, or 0.</summary>
    public int UserPort(int input) =>
        connections.Find(c => c.To == (input == 1 ? configuration.Input1Port : configuration.Input2Port)).From;
}
