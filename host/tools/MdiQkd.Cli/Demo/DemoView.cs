namespace MdiQkd.Cli.Demo;

/// <summary>What the demo shows at one moment.</summary>
/// <param name="Elapsed">Real time since the start.</param>
/// <param name="SimulatedSeconds">Simulated time.</param>
/// <param name="SwitchState">The hub's switch, in words.</param>
/// <param name="Pairs">One entry per pair, in the network's order.</param>
/// <param name="Notes">What happened that the user should know, oldest first.</param>
/// <param name="RealKeys">Whether the nodes used real randomness.</param>
internal sealed record DemoView(
    TimeSpan Elapsed,
    double SimulatedSeconds,
    string SwitchState,
    IReadOnlyList<PairView> Pairs,
    IReadOnlyList<string> Notes,
    bool RealKeys);
