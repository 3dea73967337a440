namespace MdiQkd.Hub;

/// <summary>A user of the hub.</summary>
/// <param name="Name">Node name.</param>
/// <param name="Port">Switch port of its fibre, from 1.</param>
public sealed record HubUser(string Name, int Port);
