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
        $"Switch and time-tag boards. ADDRESS is {Acquisition.Device.DeviceAddress.Form}. Whoever talks to a board takes it from any "
        + "other host: its light goes off and its capture ends.")
    {
        ListCommand.Make(), InfoCommand.Make(), SelfTestCommand.Make(), SwitchCommand.Make(), CaptureCommand.Make(), MonitorCommand.Make(),
    };
}
