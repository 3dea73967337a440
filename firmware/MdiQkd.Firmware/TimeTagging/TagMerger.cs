using System;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Puts the tags of several channels in order. Each channel delivers in its own order; a tag may leave when every channel that
/// still has tags waiting in its FIFO has shown a later one. Sorted by insertion: tags come nearly in order.
/// </summary>
public sealed class TagMerger
{
    private readonly long[] ticks;
    private readonly byte[] channels;
    private int first;
    private int end;

    /// <summary>Makes an empty merger.</summary>
    /// <param name="capacity">Tags that may wait: channels × depth of a channel's FIFO, and room.</param>
    public TagMerger(int capacity)
    {
        ticks = new long[2 * capacity];
        channels = new byte[2 * capacity];
        Capacity = capacity;
    }

    /// <summary>Tags that may wait.</summary>
    public int Capacity { get; }

    /// <summary>Tags that wait.</summary>
    public int Count => end - first;

    /// <summary>Tick of the earliest tag that waits; there must be one.</summary>
    public long FirstTick => ticks[first];

    /// <summary>Channel of the earliest tag that waits; there must be one.</summary>
    public int FirstChannel => channels[first];

    /// <summary>Forgets all tags.</summary>
    public void Clear()
    {
        first = 0;
        end = 0;
    }

    /// <summary>Adds a tag; there must be room.</summary>
    public void Add(long tick, int channel)
    {
        if (end == ticks.Length)
        {
            Array.Copy(ticks, first, ticks, 0, Count);
            Array.Copy(channels, first, channels, 0, Count);
            end -= first;
            first = 0;
        }

        int at = end++;
        while (at > first && ticks[at - 1] > tick)
        {
            ticks[at] = ticks[at - 1];
            channels[at] = channels[at - 1];
            at--;
        }

        ticks[at] = tick;
        channels[at] = (byte)channel;
    }

    /// <summary>Removes the earliest tag.</summary>
    public void RemoveFirst() => first++;
}
