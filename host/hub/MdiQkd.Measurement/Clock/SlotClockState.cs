namespace MdiQkd.Measurement.Clock;

/// <summary>What a <see cref="SlotClockRecovery"/> knows about the slot clock.</summary>
public enum SlotClockState
{
    /// <summary>The slots begin where they were announced to; the tags neither confirmed nor denied it yet.</summary>
    Unconfirmed,

    /// <summary>Period and phase are being searched in the tags; no slot is judged.</summary>
    Acquiring,

    /// <summary>The latest tags confirm period and phase.</summary>
    Locked,

    /// <summary>Too few tags to confirm: period and phase go on as they were.</summary>
    Holdover,

    /// <summary>It is not certain any more which slot is which; no slot is judged.</summary>
    Lost,
}
