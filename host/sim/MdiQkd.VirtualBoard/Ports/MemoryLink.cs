using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>
/// One end of a link in memory, with bounded buffers: a full one takes nothing more. Both ends belong to one thread. Allocates
/// nothing after construction.
/// </summary>
public sealed class MemoryLink : IByteLink
{
    private readonly byte[] incoming;
    private MemoryLink peer;
    private int first;
    private int waiting;
    private bool isOpen = true;

    private MemoryLink(int capacity)
    {
        incoming = new byte[capacity];
        peer = this;
    }

    /// <inheritdoc/>
    public bool IsOpen
    {
        get => isOpen;
        set
        {
            isOpen = value;
            peer.isOpen = value;
            first = waiting = peer.first = peer.waiting = 0;
        }
    }

    /// <summary>Bytes that have arrived and were not read.</summary>
    public int Waiting => waiting;

    /// <summary>Makes both ends.</summary>
    /// <param name="capacity">Bytes that may be under way in each direction.</param>
    public static (MemoryLink Device, MemoryLink Host) MakePair(int capacity = 1 << 16)
    {
        MemoryLink device = new(capacity);
        MemoryLink host = new(capacity) { peer = device };
        device.peer = host;
        return (device, host);
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        int read = Math.Min(count, waiting);
        int whole = Math.Min(read, incoming.Length - first);
        Buffer.BlockCopy(incoming, first, buffer, offset, whole);
        Buffer.BlockCopy(incoming, 0, buffer, offset + whole, read - whole);
        first = (first + read) % incoming.Length;
        waiting -= read;
        return read;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        byte[] target = peer.incoming;
        int taken = isOpen ? Math.Min(count, target.Length - peer.waiting) : 0;
        int at = (peer.first + peer.waiting) % target.Length;
        int whole = Math.Min(taken, target.Length - at);
        Buffer.BlockCopy(buffer, offset, target, at, whole);
        Buffer.BlockCopy(buffer, offset + whole, target, 0, taken - whole);
        peer.waiting += taken;
        return taken;
    }
}
