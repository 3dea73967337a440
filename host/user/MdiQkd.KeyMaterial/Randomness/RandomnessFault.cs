namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>Why a hardware source gives no more randomness.</summary>
public enum RandomnessFault
{
    /// <summary>It cannot be opened.</summary>
    Unavailable,

    /// <summary>Repetition count test: one sample came too many times in a row.</summary>
    RepetitionCount,

    /// <summary>Adaptive proportion test: one sample came too often in a window.</summary>
    AdaptiveProportion,

    /// <summary>It ended.</summary>
    Ended,

    /// <summary>Reading it failed.</summary>
    Vanished,

    /// <summary>It gave no samples in time.</summary>
    Stalled,
}
