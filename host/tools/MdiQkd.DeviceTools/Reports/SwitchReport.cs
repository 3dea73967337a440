using System.Globalization;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>Where the optical switch is.</summary>
/// <param name="State">State.</param>
/// <param name="LightEnabled">Whether light passes.</param>
/// <param name="Fault">Fault that holds it dark; None if there is none.</param>
/// <param name="Users">User at each measurement input as commanded; 0 = dark.</param>
/// <param name="ReadBack">What each unit reports: a port, dark, between ports, unknown.</param>
/// <param name="Retries">Moves that had to be repeated.</param>
/// <param name="LockOutMs">Time until it may move again.</param>
/// <param name="Operations">Operations of each unit.</param>
/// <param name="LookAt">What the fault means; empty without one.</param>
internal sealed record SwitchReport(
    SwitchState State, bool LightEnabled, string Fault, IReadOnlyList<int> Users, IReadOnlyList<string> ReadBack, uint Retries,
    int LockOutMs, IReadOnlyList<uint> Operations, string LookAt)
{
    /// <summary>Reads a reply.</summary>
    internal static SwitchReport From(SwitchStatus status) => new(
        status.State, status.IsLightEnabled, RefusalText.Name(status.Fault), [.. status.Users.Select(user => (int)user)],
        [.. status.ReadBack.Select(Port)], status.Retries, status.LockOutMs, [.. status.Operations],
        status.Fault == FaultCode.None ? "" : FaultText.Describe(status.Fault));

    /// <summary>One line.</summary>
    internal string ToText()
    {
        string light = LightEnabled ? "light passes" : "all light blocked";
        string users = string.Join(", ", Users.Select((user, input) => string.Create(
            CultureInfo.InvariantCulture,
            $"input {input + 1}: {(user == 0 ? "dark" : $"user {user}")} (reads back {ReadBack[input]}, {Operations[input]} operations)")));
        return $"{State}, {light}; {users}" + (LookAt.Length == 0 ? "" : $". {Fault}: {LookAt}");
    }

    private static string Port(byte port) => port switch
    {
        0 => "dark",
        SwitchStatus.BetweenPorts => "between ports",
        SwitchStatus.NoReadBack => "unknown",
        _ => port.ToString(CultureInfo.InvariantCulture),
    };
}
