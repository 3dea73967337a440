namespace MdiQkd.Measurement;

/// <summary>Which of the four windows of a slot clicked: bit 2·detector + bin, detector c = 0, d = 1, bin early = 0, late = 1.</summary>
internal static class ClickMask
{
    public const int CEarlyDLate = 0b1001;
    public const int DEarlyCLate = 0b0110;
    public const int SameEarly = 0b0101;
    public const int SameLate = 0b1010;
    public const int BothC = 0b0011;
    public const int BothD = 0b1100;

    public static int Window(int detector, int bin) => (2 * detector) + bin;

    /// <summary>1 if all windows of <paramref name="pair"/> clicked, else 0.</summary>
    public static int Has(int mask, int pair) => (mask & pair) == pair ? 1 : 0;

    /// <summary>Judges a slot.</summary>
    /// <param name="mask">Windows that clicked.</param>
    /// <param name="clicks">Number of clicks.</param>
    public static SlotOutcome Judge(int mask, int clicks) => clicks < 2 ? SlotOutcome.None : (clicks == 2 ? mask : 0) switch
    {
        CEarlyDLate or DEarlyCLate => SlotOutcome.PsiMinus,
        BothC or BothD => SlotOutcome.PsiPlus,
        SameEarly or SameLate => SlotOutcome.SameBin,
        _ => SlotOutcome.MultiClick,
    };
}
