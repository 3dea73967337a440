namespace MdiQkd.Replay;

/// <summary>Arrival times modulo the clock.</summary>
/// <param name="PeriodPs">Clock period.</param>
/// <param name="EarlyCentrePs">Centre of the early bin in the period, given or found.</param>
/// <param name="Counts">Tags by bin, by channel.</param>
internal sealed record ArrivalReport(long PeriodPs, long EarlyCentrePs, IReadOnlyDictionary<string, IReadOnlyList<long>> Counts);
