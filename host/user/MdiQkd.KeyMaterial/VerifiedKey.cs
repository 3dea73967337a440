using MdiQkd.Protocol;

namespace MdiQkd.KeyMaterial;

/// <summary>
/// A string that equals the peer's except with probability ε_cor. Made by verification only; partly known to the adversary
/// until privacy amplification.
/// </summary>
public sealed class VerifiedKey : KeyStage
{
    internal VerifiedKey(BlockId block, SecretBits bits, long leakEc)
        : base(block, bits) => LeakEc = leakEc;

    /// <summary>Bits disclosed about A's string by reconciliation, as this node tallied them.</summary>
    public long LeakEc { get; }
}
