namespace MdiQkd.Measurement;

/// <summary>How late a click reaches the tagger: optical path behind the beam splitter, detector and cable, by channel.</summary>
/// <param name="CPs">Delay of detector c, −1 µs to 1 µs; only differences matter beside the start of a session.</param>
/// <param name="DPs">Delay of detector d, likewise.</param>
public sealed record ChannelDelays(long CPs, long DPs)
{
    /// <summary>Largest delay: 200 m of cable, and 20 tags that change places at 20 M tags/s.</summary>
    public const long DelayPsMax = 1_000_000;

    /// <summary>No delays.</summary>
    public static ChannelDelays None { get; } = new(0, 0);

    /// <summary>What is wrong with the delays, or null.</summary>
    public string? Fault() =>
        Math.Abs(CPs) > DelayPsMax ? $"delay of detector c = {CPs} ps is outside -{DelayPsMax}..{DelayPsMax}"
        : Math.Abs(DPs) > DelayPsMax ? $"delay of detector d = {DPs} ps is outside -{DelayPsMax}..{DelayPsMax}"
        : null;
}
