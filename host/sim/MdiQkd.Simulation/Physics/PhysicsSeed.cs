using System.Security.Cryptography;
using System.Text;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Seed of simulated physics: every purpose gets its own generator by HKDF-SHA256 (RFC 5869), so that adding a random draw
/// in one place changes no other. Nothing that is key material may come from here.
/// </summary>
public sealed class PhysicsSeed
{
    private const int Size = 32;

    private readonly byte[] key;

    private PhysicsSeed(byte[] key) => this.key = key;

    /// <summary>A repeatable seed.</summary>
    public static PhysicsSeed FromNumber(long seed) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, BitConverter.GetBytes(seed), Size, info: "MdiQkd physics"u8.ToArray()));

    /// <summary>A fresh seed from the operating system.</summary>
    public static PhysicsSeed FromOperatingSystem() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>A seed of its own for one part of the simulation.</summary>
    public PhysicsSeed Derive(string purpose) =>
        new(HKDF.Expand(HashAlgorithmName.SHA256, key, Size, Encoding.UTF8.GetBytes("seed " + purpose)));

    /// <summary>A generator of its own for one purpose.</summary>
    public PhysicsRandom Generator(string purpose)
    {
        byte[] info = Encoding.UTF8.GetBytes("generator " + purpose);
        return new PhysicsRandom(HKDF.Expand(HashAlgorithmName.SHA256, key, PhysicsRandom.SeedSize, info));
    }
}
