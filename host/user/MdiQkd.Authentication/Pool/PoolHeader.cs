using System.Buffers.Binary;
using System.Text;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>First page of a pool file, written once: whose it is. Layout in <see cref="PoolStatePage"/>'s remarks.</summary>
internal static class PoolHeader
{
    internal const int NameBytesMax = 64;
    private const int NodeAt = 8;
    private const int PeerAt = NodeAt + 1 + NameBytesMax;
    private const int IdAt = PeerAt + 1 + NameBytesMax;
    private const int ComputationalAt = IdAt + BlockId.Size;
    private const int ChecksumAt = PoolStatePage.PageBytes - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "MQKPOOL1"u8;

    internal static void Write(Span<byte> page, string node, string peer, BlockId provisioning, bool isComputational)
    {
        page.Clear();
        Magic.CopyTo(page);
        WriteName(page[NodeAt..], node);
        WriteName(page[PeerAt..], peer);
        provisioning.Write(page[IdAt..]);
        page[ComputationalAt] = isComputational ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(page[ChecksumAt..], PoolRecords.Checksum(page[..ChecksumAt]));
    }

    internal static KeyPoolFault? TryRead(ReadOnlySpan<byte> page, out string node, out string peer, out bool isComputational)
    {
        node = peer = "";
        isComputational = false;
        if (!page.StartsWith(Magic))
        {
            return KeyPoolFault.NotAPool;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(page[ChecksumAt..]) != PoolRecords.Checksum(page[..ChecksumAt])
            || page[NodeAt] > NameBytesMax
            || page[PeerAt] > NameBytesMax)
        {
            return KeyPoolFault.Damaged;
        }

        node = Encoding.UTF8.GetString(page.Slice(NodeAt + 1, page[NodeAt]));
        peer = Encoding.UTF8.GetString(page.Slice(PeerAt + 1, page[PeerAt]));
        isComputational = page[ComputationalAt] != 0;
        return null;
    }

    private static void WriteName(Span<byte> field, string name) =>
        field[0] = (byte)Encoding.UTF8.GetBytes(name, field.Slice(1, NameBytesMax));
}
