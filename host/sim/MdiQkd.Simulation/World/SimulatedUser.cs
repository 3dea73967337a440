namespace MdiQkd.Simulation.World;

/// <summary>A user's arm and its encoder.</summary>
/// <param name="Name">Node name.</param>
/// <param name="Port">Switch port that the fibre is on, from 1.</param>
/// <param name="LossDb">Loss from the user's output to the detectors, hub included, detector efficiency excluded; 0..200.</param>
/// <param name="EncoderPort">TCP port on loopback of this user's state encoder; 0 takes a free one.</param>
public sealed record SimulatedUser(string Name, int Port, double LossDb, int EncoderPort = 0);
