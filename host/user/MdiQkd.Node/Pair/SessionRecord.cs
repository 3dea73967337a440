using MdiQkd.Node.Storage;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>Where one session of the open block stands at this node.</summary>
internal sealed class SessionRecord(SessionId id) : IDisposable
{
    /// <summary>The session.</summary>
    public SessionId Id { get; } = id;

    /// <summary>Its slots are being emitted or were; never true twice for an id, also after kill −9.</summary>
    public bool Started { get; set; }

    /// <summary>No further slot will be emitted.</summary>
    public bool Ended { get; set; }

    /// <summary>No further batch is accepted: all are in the journal, or their states were lost.</summary>
    public bool Complete { get; set; }

    /// <summary>Slots [0, Emitted) were emitted, and their events are or will be here.</summary>
    public long Emitted { get; set; }

    /// <summary>Slots that were emitted before a restart, as far as it is on record; 0 otherwise. Bounds a list that was closed then.</summary>
    public long EmittedBefore { get; set; }

    /// <summary>Announcement batches in the journal.</summary>
    public uint Batches { get; set; }

    /// <summary>Events in the journal.</summary>
    public long Events { get; set; }

    /// <summary>Slot of the last event; −1 if there is none.</summary>
    public long LastSlot { get; set; } = -1;

    /// <summary>Open while batches are accepted in this run of the process.</summary>
    public ChoiceJournal? Journal { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Journal?.Dispose();
        Journal = null;
    }
}
