namespace MdiQkd.Protocol;

/// <summary>
/// Pilot slots: a public, fixed slot pattern with public states, which the hub may use for feedback and which no user ever
/// counts (PROTOCOL 1.4). Slot k is a pilot if k mod <paramref name="Period"/> &lt; <paramref name="Length"/>. In a pilot slot each
/// user sends the X-basis state of label v with bit 0, so that the hub's own coincidences give the Hong–Ou–Mandel visibility.
/// </summary>
/// <param name="Period">Slots from one group of pilots to the next.</param>
/// <param name="Length">Pilots per group; 0 = no pilots.</param>
public sealed record PilotPattern(int Period, int Length)
{
    /// <summary>The public state of every pilot slot.</summary>
    public static PreparedState State { get; } = new(IntensityLabel.V, 0);

    /// <summary>Whether a slot is a pilot.</summary>
    public bool Contains(long slot) => slot % Period < Length;

    /// <summary>What is wrong with the pattern, or null.</summary>
    public string? Fault() => Period < 1 || Length < 0 || Length > Period / 2
        ? $"pilots period {Period}, length {Length}: period >= 1 and 0 <= length <= period/2 are needed"
        : null;
}
