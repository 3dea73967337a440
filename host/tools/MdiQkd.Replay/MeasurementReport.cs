namespace MdiQkd.Replay;

/// <summary>Bell-state measurement over the whole recording.</summary>
/// <param name="StartPs">Start of slot 0.</param>
/// <param name="Slots">Slots judged.</param>
/// <param name="VoidSlots">Slots that touch a loss.</param>
/// <param name="PsiMinus">Slots with |ψ⁻⟩.</param>
/// <param name="PsiPlus">Slots with |ψ⁺⟩.</param>
/// <param name="SameBin">Slots with one click in each detector in the same bin.</param>
/// <param name="MultiClick">Slots dropped for more clicks than that.</param>
/// <param name="SinglesC">Clicks of detector c in windows.</param>
/// <param name="SinglesD">Clicks of detector d in windows.</param>
/// <param name="BackgroundC">Clicks of c outside windows.</param>
/// <param name="BackgroundD">Clicks of d outside windows.</param>
/// <param name="Announced">Events.</param>
/// <param name="AnnouncedBytesPerEvent">Bytes of the announcement list per event; 0 without events.</param>
internal sealed record MeasurementReport(
    long StartPs,
    long Slots,
    long VoidSlots,
    long PsiMinus,
    long PsiPlus,
    long SameBin,
    long MultiClick,
    long SinglesC,
    long SinglesD,
    long BackgroundC,
    long BackgroundD,
    long Announced,
    double AnnouncedBytesPerEvent);
