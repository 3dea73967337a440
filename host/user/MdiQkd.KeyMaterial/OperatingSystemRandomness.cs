using System.Security.Cryptography;

namespace MdiQkd.KeyMaterial;

/// <summary>The operating system's CSPRNG (getrandom on Linux).</summary>
public sealed class OperatingSystemRandomness : IKeyRandomness
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
