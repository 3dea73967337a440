using MdiQkd.KeyMaterial;
using Org.BouncyCastle.Crypto.Prng;

namespace MdiQkd.Authentication.Bootstrap;

/// <summary>The node's source of key randomness, as the library of the post-quantum algorithms wants it; seeds are not taken.</summary>
internal sealed class RandomnessGenerator(IKeyRandomness randomness) : IRandomGenerator
{
    public void AddSeedMaterial(byte[] seed)
    {
    }

    public void AddSeedMaterial(ReadOnlySpan<byte> seed)
    {
    }

    public void AddSeedMaterial(long seed)
    {
    }

    public void NextBytes(byte[] bytes) => randomness.Fill(bytes);

    public void NextBytes(byte[] bytes, int start, int len) => randomness.Fill(bytes.AsSpan(start, len));

    public void NextBytes(Span<byte> bytes) => randomness.Fill(bytes);
}
