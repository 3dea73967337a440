namespace MdiQkd.Protocol;

/// <summary>
/// Pilot slots: a public, fixed slot pattern with public states, which the hub may use for feedback and which no user ever
/// counts (PROTOCOL 1.4). Slot k is a pilot if k mod <paramref name="Period"/> &lt; <paramref name="Length"/>. In a group of two or more the
/// first slot is a <see cref="PilotKind.Guard"/>; the others, numbered through all groups, go through a cycle of 16 kinds.
/// </summary>
/// <remarks>
/// Pilots have the intensity of label z, the brightest of the plan: coincidences go with its square. Trade-off of the cycle: one
/// A and one B alone are enough for timing (singles), while the frequency needs coincidences, a hundred times rarer.
/// </remarks>
/// <param name="Period">Slots from one group of pilots to the next.</param>
/// <param name="Length">Pilots per group; 0 = no pilots.</param>
public sealed record PilotPattern(int Period, int Length)
{
    /// <summary>Kinds repeat after so many pilots that are no guards.</summary>
    public const int CycleLength = 16;

    /// <summary>Pilots of a group that are no guards.</summary>
    public int ActivePerGroup => Length > 1 ? Length - 1 : Length;

    /// <summary>Share of a kind among all slots.</summary>
    public double Share(PilotKind kind) => kind == PilotKind.Guard
        ? (double)(Length - ActivePerGroup) / Period
        : (double)ActivePerGroup / Period * CountBefore(kind, CycleLength) / CycleLength;

    /// <summary>Whether a slot is a pilot. A period that is a power of two, as those made for speed are, needs no division.</summary>
    public bool Contains(long slot) => ((Period & (Period - 1)) == 0 ? slot & (Period - 1) : slot % Period) < Length;

    /// <summary>Kind of a pilot slot.</summary>
    public PilotKind KindOf(long slot)
    {
        long group = Math.DivRem(slot, Period, out long position);
        int guards = Length - ActivePerGroup;
        return position < guards ? PilotKind.Guard : KindOfActive((group * ActivePerGroup) + position - guards);
    }

    /// <summary>Kind of the n-th pilot that is no guard.</summary>
    public static PilotKind KindOfActive(long n) => (n % CycleLength) switch
    {
        0 => PilotKind.AloneA,
        CycleLength / 2 => PilotKind.AloneB,
        var odd when odd % 2 == 1 => PilotKind.Quadrature,
        _ => PilotKind.InPhase,
    };

    /// <summary>How many of the first <paramref name="count"/> pilots that are no guards have a kind.</summary>
    public static long CountBefore(PilotKind kind, long count)
    {
        long cycles = Math.DivRem(count, CycleLength, out long rest);
        long inCycle = 0;
        long inRest = 0;
        for (int n = 0; n < CycleLength; n++)
        {
            int match = KindOfActive(n) == kind ? 1 : 0;
            inCycle += match;
            inRest += n < rest ? match : 0;
        }

        return (cycles * inCycle) + inRest;
    }

    /// <summary>Public state that a user sends in a pilot.</summary>
    /// <param name="kind">Kind of the pilot.</param>
    /// <param name="isReference">Whether the user is A, the reference of the pair.</param>
    public static PreparedState StateOf(PilotKind kind, bool isReference) => kind switch
    {
        PilotKind.AloneA when isReference => EarlyPulse,
        PilotKind.AloneB when !isReference => EarlyPulse,
        PilotKind.InPhase => PreparedState.Pilot(quarterTurn: false),
        PilotKind.Quadrature => PreparedState.Pilot(quarterTurn: isReference),
        _ => new PreparedState(IntensityLabel.O, 0),
    };

    /// <summary>What is wrong with the pattern, or null.</summary>
    public string? Fault() => Period < 1 || Length < 0 || Length > Period / 2
        ? $"pilots period {Period}, length {Length}: period >= 1 and 0 <= length <= period/2 are needed"
        : null;

    private static PreparedState EarlyPulse { get; } = new(IntensityLabel.Z, 0);
}
