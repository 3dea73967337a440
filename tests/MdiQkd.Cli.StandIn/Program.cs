using MdiQkd.Cli.StandIn;
using MdiQkd.Transport;

// Plays the daemons of a demo without any physics: MODE [FLAGS] --config FILE; the board takes any options. See StandInDaemon for the flags.
ParentWatch.Arm();
return args switch
{
    ["board", ..] => await StandInDaemon.RunBoardAsync(),
    ["parent", string folder] => await StandInParent.RunAsync(folder),
    [string mode, .. string[] flags, "--config", string file] => await StandInDaemon.RunAsync(mode, flags, file),
    _ => 2,
};
