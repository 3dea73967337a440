namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>Tests that run a network of real processes, which needs the whole machine: after all others, one at a time.</summary>
[CollectionDefinition(nameof(WholeNetwork), DisableParallelization = true)]
public sealed class WholeNetwork;
