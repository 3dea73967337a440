namespace MdiQkd.Measurement.Clock;

/// <summary>A stretch of time whose tags are held.</summary>
/// <param name="FromPs">Start.</param>
/// <param name="EndPs">End, exclusive: in tagger time until decided, then in slot time.</param>
/// <param name="Count">Tags held.</param>
/// <param name="LostTags">Tags lost before, and tags discarded.</param>
internal readonly record struct HeldStretch(long FromPs, long EndPs, int Count, long LostTags);
