using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Monitoring;

/// <summary>What a board is like now.</summary>
/// <param name="Time">When it was asked.</param>
/// <param name="IsConnected">Whether it answered.</param>
/// <param name="Problem">What is wrong: no link, no capture; null if nothing is.</param>
/// <param name="RatesHz">Tags per second since the sample before, by channel.</param>
/// <param name="Tags">Tags since the start, by channel.</param>
/// <param name="LostTags">Tags known to be missing since the start; a lost block counts as one.</param>
/// <param name="Losses">Reasons that the board gave.</param>
/// <param name="BlocksLost">Tag blocks lost on the link.</param>
/// <param name="Reconnects">Times that the link was opened again.</param>
/// <param name="Health">Counters and measured values; null if it did not answer.</param>
/// <param name="Switch">Where the switch is; null without one.</param>
/// <param name="Faults">Faults since the board's start.</param>
/// <param name="Events">What happened since the sample before.</param>
internal sealed record MonitorSample(
    DateTimeOffset Time, bool IsConnected, string? Problem, IReadOnlyDictionary<int, double> RatesHz,
    IReadOnlyDictionary<int, long> Tags, long LostTags, TagLoss Losses, long BlocksLost, long Reconnects, HealthReport? Health,
    SwitchReport? Switch, IReadOnlyList<FaultReport> Faults, IReadOnlyList<string> Events);
