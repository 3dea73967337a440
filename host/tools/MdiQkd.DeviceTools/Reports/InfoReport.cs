using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;
using Spectre.Console;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>What `mdiqkd device info` prints.</summary>
/// <param name="Board">What the board said of itself.</param>
/// <param name="TickPs">Length of a tick; 0 without a tagger.</param>
/// <param name="Settings">Settings and their ranges.</param>
/// <param name="Health">Counters and measured values.</param>
/// <param name="Switch">Where the switch is; null without one.</param>
/// <param name="Faults">Faults since start.</param>
internal sealed record InfoReport(
    DeviceInformation Board, double TickPs, IReadOnlyList<SettingReport> Settings, HealthReport Health, SwitchReport? Switch,
    IReadOnlyList<FaultReport> Faults)
{
    /// <summary>Asks a board.</summary>
    internal static async Task<InfoReport> AskAsync(DeviceSession session, CancellationToken ct)
    {
        DeviceInformation board = session.Information;
        return new InfoReport(
            board,
            board.TickFsNumerator / (1000.0 * board.TickDenominator),
            await SettingReport.AskAsync(session, ct).ConfigureAwait(false),
            await HealthReport.AskAsync(session, ct).ConfigureAwait(false),
            board.HasSwitch ? SwitchReport.From(await session.SwitchStatusAsync(ct).ConfigureAwait(false)) : null,
            await FaultReport.AskAsync(session, ct).ConfigureAwait(false));
    }

    /// <summary>Writes the report for people.</summary>
    internal void Write(TextWriter output)
    {
        IAnsiConsole console = ReportTables.Console(output);
        console.Write(ReportTables.Pairs(
        [
            ("board", $"{Board.Name}, serial number {Board.Serial}"),
            ("address", Board.Address),
            ("firmware", ReportTables.Text($"{Board.Firmware}, protocol {WireProtocol.Version}")),
            ("parts", Board.Capabilities.ToString()),
            ("switch", Switch is null ? "none" : ReportTables.Text($"{Board.Users} users; {Switch.ToText()}")),
            ("tagger", !Board.HasTagger ? "none" : ReportTables.Text(
                $"tick {TickPs:G6} ps, {Board.BlockBuffers} buffers of {Board.BlockItemsMax} items")),
            ("channels", string.Join(", ", Board.Channels.Select(c => ReportTables.Text($"{c.Channel}: {c.Role} {c.Index}")))),
            .. ReportTables.Rows(Health),
        ]));
        Table settings = new Table().AddColumns("setting", "value", "range");
        foreach (SettingReport setting in Settings)
        {
            settings.AddRow(
                setting.Key.ToString(), ReportTables.Text($"{setting.Value}"), ReportTables.Text($"{setting.Lowest}..{setting.Highest}"));
        }

        console.Write(settings);
        if (ReportTables.Faults(Faults) is { } faults)
        {
            console.Write(faults);
        }
        else
        {
            output.WriteLine("no faults since start");
        }
    }
}
