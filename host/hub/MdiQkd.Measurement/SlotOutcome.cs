namespace MdiQkd.Measurement;

/// <summary>What the clicks of one slot amount to.</summary>
internal enum SlotOutcome
{
    /// <summary>Fewer than two clicks.</summary>
    None,

    /// <summary>|ψ⁻⟩: one click in each detector, in opposite bins.</summary>
    PsiMinus,

    /// <summary>|ψ⁺⟩: two clicks of one detector, one in each bin.</summary>
    PsiPlus,

    /// <summary>One click in each detector in the same bin.</summary>
    SameBin,

    /// <summary>Three or more clicks, or two in one window.</summary>
    MultiClick,
}
