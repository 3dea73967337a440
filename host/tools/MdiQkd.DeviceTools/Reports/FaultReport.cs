using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>A fault of a board's table.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="IsActive">Whether it holds now.</param>
/// <param name="Detail">A register, a port, a count.</param>
/// <param name="Count">How often it came since the board's start.</param>
/// <param name="LastUptimeMs">When it came last.</param>
/// <param name="LookAt">What it means and where to look.</param>
internal sealed record FaultReport(string Fault, bool IsActive, int Detail, uint Count, long LastUptimeMs, string LookAt)
{
    /// <summary>Asks a board for its faults.</summary>
    internal static async Task<IReadOnlyList<FaultReport>> AskAsync(DeviceSession session, CancellationToken ct) =>
        From(await session.FaultsAsync(ct).ConfigureAwait(false));

    /// <summary>Reads a reply.</summary>
    internal static IReadOnlyList<FaultReport> From(FaultsReply reply) =>
        [.. reply.Records.Take(reply.Count).Select(record => new FaultReport(
            RefusalText.Name(record.Code), record.IsActive, record.Detail, record.Count, record.UptimeMs,
            FaultText.Describe(record.Code) + Note(record.Code)))];

    private static string Note(FaultCode code) => code is FaultCode.LinkLost or FaultCode.HostSilent
        ? " It also comes whenever a program that used the board ends." : "";
}
