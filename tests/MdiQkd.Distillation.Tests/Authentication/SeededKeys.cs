using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>Repeatable bytes in place of key randomness.</summary>
internal sealed class SeededKeys(int seed) : IKeyRandomness
{
    private readonly Random random = new(seed);

    public void Fill(Span<byte> destination) => random.NextBytes(destination);
}
