using System.Globalization;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>What a refusal means, and what to do, in one sentence.</summary>
public static class RefusalText
{
    /// <summary>Text for a refusal.</summary>
    public static string Describe(RefusedReply refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        string detail = refusal.Detail.ToString(CultureInfo.InvariantCulture);
        return refusal.Reason switch
        {
            RefusalReason.UnknownCommand => "The firmware does not know this command: update it.",
            RefusalReason.BadLength => "The firmware expects another length of this command: firmware and host software do not belong together.",
            RefusalReason.OutOfRange => $"Value {detail} is out of range: ask for the range with 'mdiqkd device info'.",
            RefusalReason.TwoUsersOnOneInput => $"Two users were sent to measurement input {detail}.",
            RefusalReason.OneUserOnTwoInputs => $"User {detail} was sent to both measurement inputs.",
            RefusalReason.NotWired => $"No fibre leads from user {detail} to that input: check the users' ports against the board's fibre plan.",
            RefusalReason.Busy => "The board is still busy with the request before: try again.",
            RefusalReason.LockedOut => $"The switch has just moved: try again in {detail} ms.",
            RefusalReason.FaultActive =>
                $"Fault {Name(refusal.Detail)} is active: {FaultText.Describe((FaultCode)refusal.Detail)} "
                + "Then clear the faults ('mdiqkd device switch clear').",
            RefusalReason.NotFitted => "The board has no such part.",
            RefusalReason.NoSession => "The board knows no session: it has restarted.",
            RefusalReason.WrongVersion => $"The firmware speaks protocol version {detail}: flash the firmware that belongs to this software.",
            RefusalReason.NotNow => "Not while a capture runs or light is switched through: stop that first.",
            RefusalReason.Failed => $"Fault {Name(refusal.Detail)}: {FaultText.Describe((FaultCode)refusal.Detail)}",
            _ => $"Reason {(int)refusal.Reason}, detail {detail}: the firmware is newer than this software.",
        };
    }

    /// <summary>Name of a fault, or its number if this software does not know it.</summary>
    public static string Name(FaultCode code) =>
        Enum.IsDefined(code) ? code.ToString() : ((int)code).ToString(CultureInfo.InvariantCulture);

    private static string Name(int detail) => Name((FaultCode)(ushort)detail);
}
