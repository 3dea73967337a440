using MdiQkd.Protocol;

namespace MdiQkd.KeyMaterial;

/// <summary>A's reference, or B's corrected string; believed equal, not yet verified.</summary>
public sealed class ReconciledKey : KeyStage
{
    internal ReconciledKey(BlockId block, SecretBits bits, long leakEc, bool isReference)
        : base(block, bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leakEc);
        LeakEc = leakEc;
        IsReference = isReference;
    }

    /// <summary>Bits disclosed about A's string by reconciliation, as this node tallied them.</summary>
    public long LeakEc { get; }

    /// <summary>True at A.</summary>
    public bool IsReference { get; }
}
