using MdiQkd.Protocol;

namespace MdiQkd.KeyMaterial;

/// <summary>The ℓ secret bits of a block. Made by privacy amplification only; usable once T3 is verified in both directions.</summary>
public sealed class SecretKey : KeyStage
{
    internal SecretKey(BlockId block, SecretBits bits)
        : base(block, bits)
    {
    }
}
