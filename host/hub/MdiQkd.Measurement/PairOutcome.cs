namespace MdiQkd.Measurement;

/// <summary>What two tags of one slot, and no third, amount to, by their window codes of <see cref="ClickKeys"/>.</summary>
internal static class PairOutcome
{
    public const int None = 0;
    public const int PsiMinus = 1;
    public const int PsiPlus = 2;
    public const int SameBin = 3;
    public const int MultiClick = 4;
    public const int Count = 5;

    /// <summary>Outcome at code of the first tag times 8 plus code of the second; [64].</summary>
    public static readonly byte[] Table = MakeTable();

    private static byte[] MakeTable()
    {
        byte[] table = new byte[64];
        for (int first = 0; first < ClickKeys.BackgroundC; first++)
        {
            for (int second = 0; second < ClickKeys.BackgroundC; second++)
            {
                table[(first << 3) | second] = ((1 << first) | (1 << second)) switch
                {
                    ClickMask.CEarlyDLate or ClickMask.DEarlyCLate => PsiMinus,
                    ClickMask.BothC or ClickMask.BothD => PsiPlus,
                    ClickMask.SameEarly or ClickMask.SameLate => SameBin,
                    _ => MultiClick,
                };
            }
        }

        return table;
    }
}
