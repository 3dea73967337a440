namespace MdiQkd.Measurement;

/// <summary>
/// What became of every tag and slot of a session. Tags in = other channels + outside the session + out of order + background
/// + singles. Written by the thread that classifies.
/// </summary>
public sealed class MeasurementCounters
{
    /// <summary>Tags fed in.</summary>
    public long TagsIn { get; internal set; }

    /// <summary>Tags of channels other than the two detectors.</summary>
    public long OtherChannels { get; internal set; }

    /// <summary>Detector tags before the first or after the last slot of the session.</summary>
    public long OutsideSession { get; internal set; }

    /// <summary>Detector tags of an earlier slot than one seen before; a source that keeps its contract has none.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>Tags of detector c in the session but outside its windows.</summary>
    public long BackgroundC { get; internal set; }

    /// <summary>Tags of detector d in the session but outside its windows.</summary>
    public long BackgroundD { get; internal set; }

    /// <summary>Clicks of detector c inside windows.</summary>
    public long SinglesC { get; internal set; }

    /// <summary>Clicks of detector d inside windows.</summary>
    public long SinglesD { get; internal set; }

    /// <summary>Clicks inside windows of void slots; part of the singles.</summary>
    public long VoidedClicks { get; internal set; }

    /// <summary>Slots judged with |ψ⁻⟩; all are announced.</summary>
    public long PsiMinus { get; internal set; }

    /// <summary>Slots judged with |ψ⁺⟩; announced only if the settings accept it.</summary>
    public long PsiPlus { get; internal set; }

    /// <summary>Slots with one click in each detector in the same bin: no Bell state, dropped.</summary>
    public long SameBin { get; internal set; }

    /// <summary>Slots with three or more clicks, or two in one window: dropped.</summary>
    public long MultiClick { get; internal set; }

    /// <summary>Tags that the source reported missing.</summary>
    public long LostTags { get; internal set; }

    /// <summary>Slots judged: complete and touched by no loss, with or without clicks.</summary>
    public long JudgedSlots { get; internal set; }

    /// <summary>Slots of the session that touch a reported loss; nothing in them is announced.</summary>
    public long VoidSlots { get; internal set; }
}
