namespace MdiQkd.Simulation.World;

/// <summary>A user's arm and its encoder.</summary>
/// <param name="Name">Node name.</param>
/// <param name="Port">Switch port that the fibre is on, from 1.</param>
/// <param name="LossDb">Loss from the user's output to the detectors, hub included, detector efficiency excluded; 0..200.</param>
/// <param name="EncoderPort">TCP port on loopback of this user's state encoder; 0 takes a free one.</param>
/// <param name="Drift">How the user's light is off and drifts; null = not at all.</param>
/// <param name="BackgroundHz">Background photons per second from the user's fibre at the beam splitter, 0..1e8.</param>
public sealed record SimulatedUser(
    string Name, int Port, double LossDb, int EncoderPort = 0, DriftSettings? Drift = null, double BackgroundHz = 0);
