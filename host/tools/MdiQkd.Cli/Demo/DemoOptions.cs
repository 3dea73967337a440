using MdiQkd.Cli.Networks;

namespace MdiQkd.Cli.Demo;

/// <summary>What the demo is asked to do.</summary>
/// <param name="Network">The network.</param>
/// <param name="Seed">Seed of everything random, or null for real randomness; with a seed there are no real keys.</param>
/// <param name="KeepFolder">New or empty folder to keep everything in, or null for a temporary one.</param>
/// <param name="Blocks">Blocks with a key that every pair is to have.</param>
/// <param name="Timeout">Real time after which the demo gives up.</param>
/// <param name="Programs">Programs to start.</param>
/// <param name="Tags">Way of the tags to the hub.</param>
internal sealed record DemoOptions(
    NetworkFile Network, ulong? Seed, string? KeepFolder, int Blocks, TimeSpan Timeout, DaemonPrograms Programs,
    TagPath Tags = TagPath.Array);
