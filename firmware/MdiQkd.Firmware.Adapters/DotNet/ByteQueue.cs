using System;
using System.Threading;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Bytes on their way between two threads, in a ring of fixed size.</summary>
internal sealed class ByteQueue
{
    private readonly object gate = new object();
    private readonly byte[] ring;
    private int first;
    private int count;
    private bool isClosed;

    internal ByteQueue(int capacity)
    {
        ring = new byte[capacity];
    }

    /// <summary>Puts in what fits now; nothing after <see cref="Close"/>.</summary>
    internal int Put(byte[] bytes, int offset, int length)
    {
        lock (gate)
        {
            int taken = isClosed ? 0 : Math.Min(length, ring.Length - count);
            int at = (first + count) % ring.Length;
            int untilEnd = Math.Min(taken, ring.Length - at);
            Array.Copy(bytes, offset, ring, at, untilEnd);
            Array.Copy(bytes, offset + untilEnd, ring, 0, taken - untilEnd);
            count += taken;
            Monitor.PulseAll(gate);
            return taken;
        }
    }

    /// <summary>Takes what is there now.</summary>
    internal int Take(byte[] bytes, int offset, int length)
    {
        lock (gate)
        {
            int taken = Math.Min(length, count);
            int untilEnd = Math.Min(taken, ring.Length - first);
            Array.Copy(ring, first, bytes, offset, untilEnd);
            Array.Copy(ring, 0, bytes, offset + untilEnd, taken - untilEnd);
            first = (first + taken) % ring.Length;
            count -= taken;
            Monitor.PulseAll(gate);
            return taken;
        }
    }

    /// <summary>Waits until something can be taken; false when the queue is closed and empty.</summary>
    internal bool WaitForBytes()
    {
        lock (gate)
        {
            while (count == 0 && !isClosed)
            {
                Monitor.Wait(gate);
            }

            return count > 0;
        }
    }

    /// <summary>Waits until something can be put in; false when the queue is closed.</summary>
    internal bool WaitForRoom()
    {
        lock (gate)
        {
            while (count == ring.Length && !isClosed)
            {
                Monitor.Wait(gate);
            }

            return !isClosed;
        }
    }

    /// <summary>Takes no more; what is inside can still be taken.</summary>
    internal void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }
}
