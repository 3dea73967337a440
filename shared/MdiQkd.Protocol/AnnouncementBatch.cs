namespace MdiQkd.Protocol;

/// <summary>
/// Events of one session that the hub announces together. Batches of a session are numbered from 0 without a gap, and slots
/// ascend strictly through all of them; only the first is checked within a batch.
/// </summary>
/// <param name="Session">Session of the slots.</param>
/// <param name="Sequence">Number of the batch in its session.</param>
/// <param name="Slots">Slot of each event, strictly ascending.</param>
/// <param name="Outcomes"><see cref="BellState"/> of each event.</param>
public sealed record AnnouncementBatch(SessionId Session, uint Sequence, long[] Slots, byte[] Outcomes)
{
    /// <summary>Version of the encoding.</summary>
    public const byte Version = 1;

    /// <summary>Most events in a batch: 10 s of an ideal station, below 1 MB in any message.</summary>
    public const int EventsMax = 1 << 18;

    /// <summary>Largest slot index; a slot and an outcome fit 63 bits.</summary>
    public const long SlotMax = (1L << 62) - 1;

    /// <summary>Events.</summary>
    public int Count => Slots.Length;

    /// <summary>Event <paramref name="index"/>.</summary>
    public BsmEvent this[int index] => new(Slots[index], (BellState)Outcomes[index]);
}
