using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MdiQkd.Preparation;

/// <summary>Counter blocks through the platform's AES.</summary>
internal sealed class PortableCounterBlocks : CounterBlocks
{
    private const int BlockSize = 16;

    private readonly Aes aes = Aes.Create();
    private readonly byte[] input = GC.AllocateArray<byte>(BatchMax * BlockSize, pinned: true);
    private readonly byte[] output = GC.AllocateArray<byte>(BatchMax * BlockSize, pinned: true);

    public PortableCounterBlocks(ReadOnlySpan<byte> key) => aes.SetKey(key);

    public override void Expand(ReadOnlySpan<long> slots, Span<uint> random)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(i * BlockSize), slots[i]);
        }

        aes.EncryptEcb(input.AsSpan(0, slots.Length * BlockSize), output, PaddingMode.None);
        for (int i = 0; i < slots.Length; i++)
        {
            random[i] = BinaryPrimitives.ReadUInt32LittleEndian(output.AsSpan(i * BlockSize));
        }
    }

    public override void Dispose()
    {
        aes.Dispose();
        CryptographicOperations.ZeroMemory(output);
    }
}
