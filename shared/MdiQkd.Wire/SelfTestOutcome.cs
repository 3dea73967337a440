namespace MdiQkd.Wire;

/// <summary>Result of a self-test step, one byte.</summary>
public enum SelfTestOutcome : byte
{
    /// <summary>The part is not fitted.</summary>
    Skipped = 0,

    /// <summary>The measured value is in its range.</summary>
    Passed = 1,

    /// <summary>It is not.</summary>
    Failed = 2,
}
