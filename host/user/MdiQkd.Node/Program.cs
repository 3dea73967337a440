using MdiQkd.KeyMaterial;
using MdiQkd.Node;

return await NodeDaemon.RunAsync(args, new OperatingSystemRandomness()).ConfigureAwait(false);
