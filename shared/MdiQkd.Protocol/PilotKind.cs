namespace MdiQkd.Protocol;

/// <summary>What the two users send in a pilot slot; public.</summary>
public enum PilotKind
{
    /// <summary>Vacuum from both: keeps the light of the key slot before away from the pilot.</summary>
    Guard = 0,

    /// <summary>Only A sends, one pulse in the early bin: A's arrival times and A's loss.</summary>
    AloneA = 1,

    /// <summary>Only B sends, one pulse in the early bin.</summary>
    AloneB = 2,

    /// <summary>Both send two equal pulses of equal phase: opposite-bin coincidences go with 1 − V·cos δ.</summary>
    InPhase = 3,

    /// <summary>The same with A's late pulse a quarter turn ahead: opposite-bin coincidences go with 1 + V·sin δ.</summary>
    Quadrature = 4,
}
