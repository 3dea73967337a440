using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>What `mdiqkd device capture` did.</summary>
/// <param name="Address">Where the board is.</param>
/// <param name="Files">Files written; more than one if the board restarted.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Tags">Tags by channel.</param>
/// <param name="RatesHz">Mean rates by channel.</param>
/// <param name="LostTags">Tags known to be missing; a lost block counts as one, an interruption too.</param>
/// <param name="Losses">Reasons that the board gave.</param>
/// <param name="BlocksLost">Tag blocks that were lost on the link.</param>
/// <param name="Interruptions">Times that the link was lost.</param>
/// <param name="Events">What happened meanwhile.</param>
/// <param name="Failure">Why it ended early; null if it was stopped as told.</param>
internal sealed record CaptureReport(
    string Address, IReadOnlyList<string> Files, long Bytes, double Seconds, IReadOnlyDictionary<int, long> Tags,
    IReadOnlyDictionary<int, double> RatesHz, long LostTags, TagLoss Losses, long BlocksLost, int Interruptions,
    IReadOnlyList<string> Events, string? Failure)
{
    /// <summary>Writes the report for people.</summary>
    internal void Write(TextWriter output)
    {
        long tags = Tags.Values.Sum();
        List<(string Name, string Value)> rows =
        [
            ("file", string.Join(", ", Files)),
            ("size", ReportTables.Text($"{Bytes:N0} bytes, {(tags == 0 ? 0 : (double)Bytes / tags):F2} per tag")),
            ("time", ReportTables.Text($"{Seconds:F1} s")),
            ("tags", ReportTables.Text($"{tags:N0}")),
            .. Tags.Select(channel => (
                ReportTables.Text($"channel {channel.Key}"), ReportTables.Text($"{channel.Value:N0}, {RatesHz[channel.Key]:N1}/s"))),
            ("lost tags", LostTags == 0 ? "none" : ReportTables.Text(
                $"{LostTags:N0} (board: {Losses}), {BlocksLost} blocks lost on the link, {Interruptions} interruptions; these times are void")),
        ];
        ReportTables.Console(output).Write(ReportTables.Pairs(rows));
    }
}
