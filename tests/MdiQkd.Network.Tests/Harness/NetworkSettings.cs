using MdiQkd.Authentication.Pool;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Node;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>A link on which a small block gives key: no loss, good detectors, mild ε, so that a run takes well under a second.</summary>
internal sealed record NetworkSettings
{
    public string Seed { get; init; } = "1";

    public SourceSettings SourceA { get; init; } = SourceSettings.FromReal(0.56, 0.14, 0.05, 0.55, 0.12, 0.25);

    public SourceSettings SourceB { get; init; } = SourceSettings.FromReal(0.61, 0.21, 0.08, 0.55, 0.12, 0.25);

    /// <summary>What this user believes about the light's way; null = nothing, and plans are not judged.</summary>
    public LinkModel? Link { get; init; }

    /// <summary>Whether the settings of this user are left to the optimiser.</summary>
    public bool IsOptimised { get; init; }

    public SlotTiming Timing { get; init; } = new(5000, 2500, 500);

    public PilotPattern Pilots { get; init; } = new(1_000_003, 0);

    public ChannelParameters Channel { get; init; } = new(0, 0, 0.9, 1e-8, Overlap: 0.99, Extinction: 0.003);

    public int EventsPerSession { get; init; } = 105_000;

    public BlockSettings Block { get; init; } =
        new(2, 10_000_000, 1000, AcceptPsiPlus: false, new EpsilonBudget(1e-2, 1e-9), EfficiencyCapMilli: 3000, QberCapMicro: 50_000);

    /// <summary>Limits of the authentication pools, which hold 2,048 pads per direction at the start.</summary>
    public KeyPoolSettings Pool { get; init; } = new();
}
