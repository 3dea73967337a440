namespace MdiQkd.Protocol;

/// <summary>Bell state that the hub announces. Values are wire values.</summary>
public enum BellState
{
    /// <summary>|ψ⁻⟩: one click in each detector, in opposite bins. B flips in Z and X.</summary>
    PsiMinus = 0,

    /// <summary>|ψ⁺⟩: both clicks in one detector, in opposite bins. B flips in Z only.</summary>
    PsiPlus = 1,
}
