using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Harness;

/// <summary>A link that holds the frames of a whole capture, made before, and hands them out on demand. Allocates nothing then.</summary>
internal sealed class ReplayLink : IDeviceLink
{
    private readonly byte[] frames;
    private readonly int[] ends;
    private int at;
    private int opened;

    public ReplayLink(int blocks, int captureId, int tagsPerBlock)
    {
        TagBlockWriter writer = new(3, tagsPerBlock + 1);
        byte[] frame = new byte[Frame.HeaderBytes + TagBlock.PayloadBytesMax(tagsPerBlock + 1)];
        ends = new int[blocks];
        using MemoryStream stream = new();
        long tick = 0;
        for (int block = 0; block < blocks; block++)
        {
            writer.Begin(frame, Frame.HeaderBytes, (uint)block, captureId);
            for (int i = 0; i < tagsPerBlock; i++)
            {
                tick += 1000 + ((i * 7919) % 5000);
                writer.TryAdd(tick, i % 7);
            }

            int payloadBytes = writer.Finish(tick, 0, TagLoss.None, 0);
            stream.Write(frame, 0, Frame.Seal(frame, 0, MessageType.TagBlock, (uint)block, 0, payloadBytes));
            ends[block] = (int)stream.Length;
        }

        frames = stream.ToArray();
    }

    /// <summary>Lets some more blocks through.</summary>
    public void Open(int blocks) => opened += blocks;

    public void Dispose()
    {
    }

    public void Wait(int timeoutMs)
    {
    }

    public int Read(Span<byte> buffer)
    {
        int end = opened == 0 ? 0 : ends[Math.Min(opened, ends.Length) - 1];
        int count = Math.Min(buffer.Length, end - at);
        frames.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    public int Write(ReadOnlySpan<byte> bytes) => bytes.Length;
}
