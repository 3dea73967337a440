using System.Globalization;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>What went wrong with a board, in words for a technician: where, what, what to look at.</summary>
/// <param name="address">Where the board is.</param>
internal sealed class DeviceText(string address)
{
    public DeviceException NoReply(DeviceRequest request, long discardedBytes)
    {
        string asked = string.Create(
            CultureInfo.InvariantCulture, $"{request.Type} was sent {request.Attempts} times, {request.TimeoutMs} ms apart");
        return discardedBytes > 0
            ? new DeviceException(
                DeviceFailure.Garbage,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{address}: no answer, but {discardedBytes} bytes that are no frame ({asked}): ")
                + "check the baud rate, and that this port leads to the board and nothing else talks on it")
            : new DeviceException(
                DeviceFailure.Silent,
                $"{address}: no answer ({asked}): is the board powered, is the cable plugged at both ends, is this its port?");
    }

    public DeviceException WrongVersion(int version) => new(
        DeviceFailure.WrongVersion,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{address}: the board speaks protocol version {version}, this software {WireProtocol.Version}: ")
        + "flash the firmware that belongs to this software");

    public DeviceException Refused(MessageType type, RefusedReply refusal) =>
        new(refusal, $"{address}: {type} was refused ({refusal.Reason}). {RefusalText.Describe(refusal)}");

    public DeviceException BadReply(MessageType type) => new(
        DeviceFailure.BadReply,
        $"{address}: the answer to {type} does not follow the protocol: firmware and host software do not belong together");

    public DeviceException SessionLost() => new(
        DeviceFailure.SessionLost,
        $"{address}: the board has restarted: light and capture are off, settings at their defaults; check its supply and its watchdog");

    public DeviceException NoLink() => new(
        DeviceFailure.LinkLost, $"{address}: the link is lost and does not come back: check cable, adapter and the board's supply");

    public DeviceException Closed() => new(DeviceFailure.Closed, $"{address}: the session was closed");

    public string LinkLost(string reason) =>
        $"{address}: link lost ({reason}); the board blocks the light. Trying again; check cable, adapter and the board's supply";

    public string LinkRestored() => $"{address}: the link is back";

    public string SwitchMoved(SwitchStatus status) => string.Create(
        CultureInfo.InvariantCulture,
        $"{address}: the optical switch is {status.State} without having been told (read-back {Port(status.ReadBack[0])} and {Port(status.ReadBack[1])})")
        + (status.Fault == FaultCode.None ? "" : $". {RefusalText.Name(status.Fault)}: {FaultText.Describe(status.Fault)}");

    public DeviceEvent FaultEvent(FaultRecord record) => new(
        record.IsActive ? DeviceEventKind.FaultRaised : DeviceEventKind.FaultGone,
        record.Code,
        record.Detail,
        record.Count,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{address}: fault {RefusalText.Name(record.Code)} {(record.IsActive ? "came" : "is gone")} (detail {record.Detail}, ")
        + string.Create(CultureInfo.InvariantCulture, $"{record.Count} times). {FaultText.Describe(record.Code)}"));

    private static string Port(byte port) => port switch
    {
        0 => "dark",
        SwitchStatus.BetweenPorts => "between ports",
        SwitchStatus.NoReadBack => "unknown",
        _ => port.ToString(CultureInfo.InvariantCulture),
    };
}
