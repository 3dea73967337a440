using System.Buffers.Binary;
using System.Security.Cryptography;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>Nodes "inta-1" (issues even chunks) and "sgsics" (odd), two SAEs each, a network between them.</summary>
internal sealed class NodePair : IDisposable
{
    public const string A = "inta-1";
    public const string B = "sgsics";

    public static readonly SaeDirectory Saes = new(
    [
        new SaeEntry("sae-a", A), new SaeEntry("sae-a2", A), new SaeEntry("sae-b", B), new SaeEntry("sae-b2", B),
        new SaeEntry("sae-c", "inta-2"),
    ]);

    private readonly string folder = TestFolder.Create();

    public NodePair(int seed = 1, ILogger<KeyAgreement>? log = null)
    {
        Network = new LossyNetwork(seed);
        NodeA = new TestNode(folder, A, Network, Saes, log);
        NodeB = new TestNode(folder, B, Network, Saes, log);
    }

    public LossyNetwork Network { get; }

    public TestNode NodeA { get; }

    public TestNode NodeB { get; }

    public static BlockId Block(int n) => new((UInt128)n);

    /// <summary>The secret key of a block, as privacy amplification would leave it at both nodes.</summary>
    public static byte[] SecretKey(int n, int chunks)
    {
        byte[] key = new byte[chunks * ChunkReference.Bytes];
        Span<byte> seed = stackalloc byte[8];
        for (int i = 0; i < chunks; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(seed, n);
            BinaryPrimitives.WriteInt32LittleEndian(seed[4..], i);
            SHA256.HashData(seed, key.AsSpan(i * ChunkReference.Bytes));
        }
        return key;
    }

    public void AddConfirmed(int block, int chunks)
    {
        NodeA.AddConfirmed(B, Block(block), SecretKey(block, chunks));
        NodeB.AddConfirmed(A, Block(block), SecretKey(block, chunks));
    }

    public Task<IssueResult> IssueAtA(int number = 1, int sizeBits = 256) =>
        NodeA.Agreement.IssueAsync("sae-a", "sae-b", number, sizeBits, CancellationToken.None);

    public Task<IssueResult> IssueAtB(int number = 1, int sizeBits = 256) =>
        NodeB.Agreement.IssueAsync("sae-b", "sae-a", number, sizeBits, CancellationToken.None);

    public FetchResult FetchAtB(params Guid[] ids) => NodeB.Agreement.Fetch("sae-a", "sae-b", ids);

    public FetchResult FetchAtA(params Guid[] ids) => NodeA.Agreement.Fetch("sae-b", "sae-a", ids);

    public void Dispose()
    {
        NodeA.Dispose();
        NodeB.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
