using System.CommandLine;
using MdiQkd.DeviceTools.Capture;
using MdiQkd.DeviceTools.Monitoring;
using MdiQkd.DeviceTools.Ports;

namespace MdiQkd.DeviceTools;

/// <summary>`mdiqkd device`: a technician's commands for a switch and time-tag board.</summary>
public static class DeviceCommand
{
    /// <summary>The command, for a root command. Its actions end cleanly when the token of the invocation is cancelled.</summary>
    public static Command Make() => new(
        "device",
        "A switch and time-tag board: find it, look at it, test it, move its switch, record its tags.")
    {
        ListCommand.Make(), InfoCommand.Make(), SelfTestCommand.Make(), SwitchCommand.Make(), CaptureCommand.Make(), MonitorCommand.Make(),
    };
}
