using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MdiQkd.Cli.Demo;

/// <summary>
/// Seeds of the processes of one demo, derived from the user's seed by HKDF-SHA-256 (RFC 5869) with the process as context,
/// so that no process can compute another's. The hub gets none (PROTOCOL 8).
/// </summary>
internal static class DemoSeeds
{
    /// <summary>Environment variable that carries a node's seed, in hexadecimal: arguments can be read by every local user.</summary>
    internal const string Variable = "MDIQKD_SEED";

    /// <summary>Length of a node's seed.</summary>
    internal const int NodeSeedBytes = 32;

    /// <summary>Seed of the simulated physics; null lets the world take one from the operating system.</summary>
    internal static long? World(ulong? seed) =>
        seed is { } given ? BinaryPrimitives.ReadInt64LittleEndian(Derive(given, "world", sizeof(long))) : null;

    /// <summary>
    /// Seed of a node's randomness, in hexadecimal. It differs from start to start of the node, because a node that drew the same
    /// session ids and states again after a restart would send slots twice.
    /// </summary>
    internal static string Node(ulong seed, string node, int start) =>
        Convert.ToHexStringLower(Derive(seed, $"node/{node}/{start}", NodeSeedBytes));

    private static byte[] Derive(ulong seed, string context, int length)
    {
        byte[] key = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(key, seed);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, key, length, info: Encoding.UTF8.GetBytes($"mdiqkd demo {context}"));
    }
}
