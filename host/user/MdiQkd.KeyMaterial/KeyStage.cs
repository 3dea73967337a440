using MdiQkd.Protocol;

namespace MdiQkd.KeyMaterial;

/// <summary>
/// What all stages of a block's key share: the block and the secret bits. A stage is made only from the stage before; the
/// verb that makes the next stage hands the bits on and leaves this stage empty, so a block has one stage at a time.
/// </summary>
public abstract class KeyStage : IDisposable
{
    private SecretBits? bits;

    private protected KeyStage(BlockId block, SecretBits bits)
    {
        Block = block;
        BitCount = bits.BitCount;
        this.bits = bits;
    }

    /// <summary>The block that these bits belong to.</summary>
    public BlockId Block { get; }

    /// <summary>Length in bits.</summary>
    public int BitCount { get; }

    /// <summary>The secret bits, owned by this stage.</summary>
    /// <exception cref="ObjectDisposedException">This stage was destroyed, or became the next one.</exception>
    public SecretBits Bits
    {
        get
        {
            ObjectDisposedException.ThrowIf(bits is null, this);
            return bits;
        }
    }

    /// <summary>Destroys the bits, if this stage still has them.</summary>
    public void Dispose()
    {
        bits?.Dispose();
        bits = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes the bits out of this stage, for the next one.</summary>
    internal SecretBits HandOn()
    {
        SecretBits taken = Bits;
        bits = null;
        return taken;
    }
}
