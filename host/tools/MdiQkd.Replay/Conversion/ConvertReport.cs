using System.Globalization;
using System.Text.Json;

namespace MdiQkd.Replay.Conversion;

/// <summary>What `mdiqkd convert` did.</summary>
/// <param name="Input">The recording.</param>
/// <param name="Format">Its format.</param>
/// <param name="Output">The file written.</param>
/// <param name="Records">Records read, of all kinds.</param>
/// <param name="Tags">Tags written.</param>
/// <param name="LostTags">Tags that were not in the recording or could not be used; their stretches of time are marked void.</param>
/// <param name="BackwardTags">Of these, tags that go back in time.</param>
/// <param name="UnusableRecords">Of these, tags in damaged blocks, unknown records, records out of range.</param>
/// <param name="DamagedBlocks">Damaged blocks of a tag file.</param>
/// <param name="DamagedBytes">Bytes between blocks that belong to none.</param>
/// <param name="TruncatedBytes">Bytes at the end that make no whole record.</param>
/// <param name="EndReason">How the recording ended: none is a clean end.</param>
/// <param name="Bytes">Bytes written.</param>
/// <param name="BytesPerTag">Bytes per tag; 0 without tags.</param>
internal sealed record ConvertReport(
    string Input, string Format, string Output, long Records, long Tags, long LostTags, long BackwardTags, long UnusableRecords,
    long DamagedBlocks, long DamagedBytes, long TruncatedBytes, string EndReason, long Bytes, double BytesPerTag)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The report as indented JSON.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Indented);

    /// <summary>The report for people: one line, and one more if anything was wrong.</summary>
    internal string ToText()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Output}: {Tags:N0} tags of {Records:N0} records ({Format}), {Bytes:N0} bytes, {BytesPerTag:F2} per tag");
        bool isClean = LostTags + DamagedBytes + TruncatedBytes == 0 && EndReason == "none";
        return isClean ? text : text + Environment.NewLine + string.Create(
            CultureInfo.InvariantCulture,
            $"not clean: {LostTags:N0} tags lost ({BackwardTags:N0} back in time, {UnusableRecords:N0} unusable), ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{DamagedBlocks:N0} damaged blocks, {DamagedBytes:N0} damaged and {TruncatedBytes:N0} cut bytes, end: {EndReason}");
    }
}
