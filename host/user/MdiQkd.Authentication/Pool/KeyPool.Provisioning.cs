using System.Security.Cryptography;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <content>The operator's act that makes the first keys of a pair.</content>
public sealed partial class KeyPool
{
    /// <summary>
    /// Writes the two matching files of a pair, mode 0600: one segment that both may use at once, and one root of the
    /// peer channel, each under a random id. The operator carries either file to its node and keeps no copy.
    /// </summary>
    /// <exception cref="ArgumentException">The names are equal, empty or too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Fewer pads than <see cref="ProvisionedPadsMin"/> or more than <see cref="PadsPerSegmentMax"/>.
    /// </exception>
    /// <exception cref="IOException">A file exists already (it is never overwritten) or cannot be written.</exception>
    public static void Provision(
        string pathA, string nodeA, string pathB, string nodeB, IKeyRandomness randomness, int padsPerDirection)
    {
        CheckProvision(nodeA, nodeB, padsPerDirection);
        FilePoolStorage a = FilePoolStorage.Create(pathA);
        FilePoolStorage? b = null;
        try
        {
            b = FilePoolStorage.Create(pathB);
            Provision(a, nodeA, b, nodeB, randomness, padsPerDirection);
        }
        catch
        {
            a.Dispose();
            File.Delete(pathA);
            if (b is not null)
            {
                b.Dispose();
                File.Delete(pathB);
            }

            throw;
        }
    }

    /// <summary>As the public one, on any storage; both are disposed.</summary>
    internal static void Provision(
        PoolStorage a, string nodeA, PoolStorage b, string nodeB, IKeyRandomness randomness, int padsPerDirection)
    {
        CheckProvision(nodeA, nodeB, padsPerDirection);
        Span<byte> ids = stackalloc byte[2 * BlockId.Size];
        randomness.Fill(ids);
        byte[] keyBytes = GC.AllocateUninitializedArray<byte>(SegmentKeyBytes(padsPerDirection), pinned: true);
        byte[] root = GC.AllocateUninitializedArray<byte>(RootBytes, pinned: true);
        randomness.Fill(keyBytes);
        randomness.Fill(root);
        try
        {
            BlockId segment = BlockId.Read(ids);
            BlockId rootId = BlockId.Read(ids[BlockId.Size..]);
            Create(a, nodeA, nodeB, segment, keyBytes, padsPerDirection, rootId, root);
            Create(b, nodeB, nodeA, segment, keyBytes, padsPerDirection, rootId, root);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyBytes);
            CryptographicOperations.ZeroMemory(root);
            a.Dispose();
            b.Dispose();
        }
    }

    /// <summary>Bytes that all keys of a first pool are made from: two ids, a root, a segment.</summary>
    internal static int MaterialBytes(int padsPerDirection) => (2 * BlockId.Size) + RootBytes + SegmentKeyBytes(padsPerDirection);

    /// <summary>Writes one file of a pair from material that the peer has too, and marks it as computational; mode 0600.</summary>
    internal static void CreateComputational(
        string path, string node, string peer, ReadOnlySpan<byte> material, int padsPerDirection)
    {
        using FilePoolStorage storage = FilePoolStorage.Create(path);
        try
        {
            Create(
                storage,
                node,
                peer,
                BlockId.Read(material),
                material[((2 * BlockId.Size) + RootBytes)..],
                padsPerDirection,
                BlockId.Read(material[BlockId.Size..]),
                material.Slice(2 * BlockId.Size, RootBytes),
                isComputational: true);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    internal static void CheckProvision(string nodeA, string nodeB, int padsPerDirection)
    {
        CheckName(nodeA);
        CheckName(nodeB);
        _ = DirectionFrom(nodeA, nodeB);
        ArgumentOutOfRangeException.ThrowIfLessThan(padsPerDirection, ProvisionedPadsMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padsPerDirection, PadsPerSegmentMax);
    }

    private static void Create(
        PoolStorage storage,
        string node,
        string peer,
        BlockId segmentId,
        ReadOnlySpan<byte> keyBytes,
        int pads,
        BlockId rootId,
        ReadOnlySpan<byte> root,
        bool isComputational = false)
    {
        byte[] header = new byte[PoolStatePage.PageBytes];
        PoolHeader.Write(header, node, peer, segmentId, isComputational);
        storage.Write(0, header);
        PoolStatePage state = new();
        using PoolFile file = new(storage, state);
        state.Segments.Add(file.WriteSegment(segmentId, keyBytes, pads, provisioned: true));
        byte[] rootCopy = GC.AllocateUninitializedArray<byte>(RootBytes, pinned: true);
        root.CopyTo(rootCopy);
        state.Roots.Add(new PoolRoot { Id = rootId, Key = rootCopy, PeerHolds = true });
        file.Commit();
        file.Commit(); // both pages valid from the start, so that a damaged one is told from one never written
    }
}
