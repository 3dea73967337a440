using MdiQkd.Cli.Commands;
using MdiQkd.Transport;

// First of all, on the main thread: the simulated world and seeded nodes are children of a demo and die with it.
ParentWatch.Arm();
return await CommandLine.RunAsync(args).ConfigureAwait(false);
