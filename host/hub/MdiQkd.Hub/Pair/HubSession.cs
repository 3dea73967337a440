using MdiQkd.Protocol;

namespace MdiQkd.Hub.Pair;

/// <summary>One session of a block as the hub keeps it: its announcement batches and how far each user got.</summary>
internal sealed class HubSession(SessionId id)
{
    private readonly List<(byte[] Bytes, long FirstSlot, int Events)> batches = [];

    /// <summary>The session.</summary>
    public SessionId Id { get; } = id;

    /// <summary>Tagger time at which the users were told to start; null before.</summary>
    public long? StartPs { get; set; }

    /// <summary>The users were told to start.</summary>
    public bool Started => StartPs is not null;

    /// <summary>No further event will be announced.</summary>
    public bool Measured { get; set; }

    /// <summary>Slots that A really emitted; null while it emits.</summary>
    public long? EmittedA { get; set; }

    /// <summary>Slots that B really emitted; null while it emits.</summary>
    public long? EmittedB { get; set; }

    /// <summary>Batches that A holds durably.</summary>
    public uint StoredByA { get; set; }

    /// <summary>Batches that B holds durably.</summary>
    public uint StoredByB { get; set; }

    /// <summary>Both users were told that no batch follows.</summary>
    public bool Closed { get; set; }

    /// <summary>Events announced.</summary>
    public long Events { get; private set; }

    /// <summary>Last announced slot; −1 if there is none.</summary>
    public long LastSlot { get; private set; } = -1;

    /// <summary>Batches announced.</summary>
    public int Batches => batches.Count;

    /// <summary>
    /// Whether it can be closed: nothing more will be announced, both users have stopped, and both hold every event that counts
    /// durably, so that a user which dies now comes back with the same list.
    /// </summary>
    public bool IsReadyToClose(int guardSlots)
    {
        if (!Measured || EmittedA is null || EmittedB is null)
        {
            return false;
        }

        long limit = Limit(guardSlots);
        int counted = batches.FindLastIndex(batch => batch.FirstSlot < limit) + 1;
        return StoredByA >= counted && StoredByB >= counted;
    }

    /// <summary>Events at or beyond this slot are dropped at closing: one of the users did not emit them, or too late.</summary>
    public long Limit(int guardSlots) => Math.Max(0, Math.Min(EmittedA ?? 0, EmittedB ?? 0) - guardSlots);

    /// <summary>Encodes a batch and keeps it until the block is over.</summary>
    public byte[] Append(ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes)
    {
        byte[] bytes = AnnouncementBatchCodec.Encode(Id, (uint)batches.Count, slots, outcomes);
        batches.Add((bytes, slots[0], slots.Length));
        Events += slots.Length;
        LastSlot = slots[^1];
        return bytes;
    }

    /// <summary>A batch for sending again.</summary>
    public byte[] Batch(int index) => batches[index].Bytes;

    /// <summary>Events below a slot, and on request their outcomes.</summary>
    public long CountBelow(long limit, List<byte>? outcomes)
    {
        long count = 0;
        foreach ((byte[] bytes, long first, int events) in batches)
        {
            if (first >= limit)
            {
                break;
            }

            bool whole = LastSlot < limit;
            if (whole && outcomes is null)
            {
                count += events;
                continue;
            }

            AnnouncementBatchCodec.TryDecode(bytes, out AnnouncementBatch? batch);
            int index = batch!.Slots.AsSpan().BinarySearch(limit);
            int below = index < 0 ? ~index : index;
            count += below;
            outcomes?.AddRange(batch.Outcomes.AsSpan(0, below));
        }

        return count;
    }
}
