using System.Security.Cryptography;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>Repeatable "randomness" for protocol tests: SHA-256 of a seed and a counter.</summary>
internal sealed class CountingRandomness(string seed) : IKeyRandomness
{
    private long counter;

    public void Fill(Span<byte> destination)
    {
        for (int at = 0; at < destination.Length; at += 32)
        {
            byte[] block = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{seed}/{counter++}"));
            block.AsSpan(0, Math.Min(32, destination.Length - at)).CopyTo(destination[at..]);
        }
    }
}
