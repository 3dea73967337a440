using System.Text.Json;

namespace MdiQkd.Replay;

/// <summary>What `mdiqkd replay --json` prints.</summary>
/// <param name="File">The recording.</param>
/// <param name="Format">Its format.</param>
/// <param name="Records">Records read, of all kinds.</param>
/// <param name="Photons">Tags delivered, by channel.</param>
/// <param name="Overflows">Records that only extend the time range.</param>
/// <param name="Markers">Marker records.</param>
/// <param name="FirstTagPs">Time of the first tag.</param>
/// <param name="LastTagPs">Time of the last tag.</param>
/// <param name="Skipped">Records that were read and not used: backward tags and unusable records.</param>
/// <param name="BackwardTags">Of these, tags that go back in time.</param>
/// <param name="UnusableRecords">Of these, unknown records and records with a time or channel out of range.</param>
/// <param name="ReportedLost">Tags that the recording itself reports as missing.</param>
/// <param name="DamagedBlocks">Damaged blocks of a tag file; their tags are among the unusable records.</param>
/// <param name="DamagedBytes">Bytes between blocks that belong to none.</param>
/// <param name="TruncatedBytes">Bytes at the end that make no whole record.</param>
/// <param name="EndReason">How the recording ended: none is a clean end.</param>
/// <param name="DurationSeconds">From the first to the last tag.</param>
/// <param name="RatesHz">Mean rate, by channel.</param>
/// <param name="Channels">The two channels that the figures below are about; equal if the recording has one only.</param>
/// <param name="Correlation">g(τ).</param>
/// <param name="Coincidences">Pairs of tags, by channels.</param>
/// <param name="Arrivals">Arrival times modulo the clock; null without a clock.</param>
/// <param name="Measurement">Bell-state measurement; null without a clock or with one channel only.</param>
/// <param name="Plots">Files written.</param>
/// <param name="SlotClock">Recovered slot clock; null if it was taken as given.</param>
internal sealed record ReplayReport(
    string File,
    string Format,
    long Records,
    IReadOnlyDictionary<string, long> Photons,
    long Overflows,
    long Markers,
    long FirstTagPs,
    long LastTagPs,
    long Skipped,
    long BackwardTags,
    long UnusableRecords,
    long ReportedLost,
    long DamagedBlocks,
    long DamagedBytes,
    long TruncatedBytes,
    string EndReason,
    double DurationSeconds,
    IReadOnlyDictionary<string, double> RatesHz,
    IReadOnlyList<byte> Channels,
    CorrelationReport Correlation,
    IReadOnlyList<CoincidenceReport> Coincidences,
    ArrivalReport? Arrivals,
    MeasurementReport? Measurement,
    IReadOnlyList<string> Plots,
    SlotClockReport? SlotClock = null)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The report as indented JSON.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Indented);
}
