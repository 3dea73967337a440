using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.KeyMaterial;
using MdiQkd.Node.Storage;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <summary>
/// The open block of a pair at one node: which sessions run, and which announced events are accepted (PROTOCOL 2). Nothing
/// about an event leaves the node from here; the raw choices go to the journal.
/// </summary>
internal sealed class BlockAccumulation : IDisposable
{
    /// <summary>Most events of a block: what a string of key bits may hold. Ten minutes at 30 km give about 4e7.</summary>
    public const int EventsMax = SecretBits.BitCountMax;

    private readonly string ownName;
    private readonly NodeStore store;
    private readonly IEmission emission;
    private readonly byte[] storageKey;
    private readonly string directory;
    private readonly SessionRecord[] sessions;
    private byte[] states = [];

    private BlockAccumulation(
        BlockPlan plan, string ownName, NodeStore store, IEmission emission, byte[] storageKey, string journalDirectory)
    {
        Plan = plan;
        this.ownName = ownName;
        this.store = store;
        this.emission = emission;
        this.storageKey = storageKey;
        directory = Path.Combine(journalDirectory, plan.Id.ToString());
        sessions = [.. plan.Sessions.Select(id => new SessionRecord(id))];
    }

    /// <summary>The plan.</summary>
    public BlockPlan Plan { get; }

    /// <summary>Sessions in the order of the plan.</summary>
    public IReadOnlyList<SessionRecord> Sessions => sessions;

    /// <summary>Events accepted so far.</summary>
    public long Announced => sessions.Sum(session => session.Events);

    /// <summary>Slots emitted so far.</summary>
    public long Emitted => sessions.Sum(session => session.Emitted);

    /// <summary>Opens an agreed block; the caller stored the plan.</summary>
    public static BlockAccumulation Open(
        BlockPlan plan, string ownName, NodeStore store, IEmission emission, byte[] storageKey, string journalDirectory)
    {
        BlockAccumulation block = new(plan, ownName, store, emission, storageKey, journalDirectory);
        Directory.CreateDirectory(block.directory);
        return block;
    }

    /// <summary>
    /// Takes a block up again after a restart. A session that was running has lost the states of slots not yet announced:
    /// it ends behind its last journaled event, a limit that does not depend on any label (PROTOCOL 2.2). If the hub had closed
    /// the list by then, it had this node's word for every event below the limit of that time, which is accepted too.
    /// </summary>
    public static BlockAccumulation Restore(
        BlockPlan plan, string ownName, NodeStore store, IEmission emission, byte[] storageKey, string journalDirectory)
    {
        BlockAccumulation block = Open(plan, ownName, store, emission, storageKey, journalDirectory);
        foreach (SessionRecord session in block.sessions)
        {
            if (store.Session(session.Id) is not var (complete, emitted))
            {
                continue;
            }

            session.Batches = (uint)ChoiceJournal.Read(
                block.JournalPath(session.Id),
                storageKey,
                session.Id,
                (slots, _, _) =>
                {
                    session.Events += slots.Length;
                    session.LastSlot = slots.IsEmpty ? session.LastSlot : slots[^1];
                });
            session.Started = true;
            session.Ended = true;
            session.Complete = true;
            session.Emitted = complete ? emitted : session.LastSlot + 1 + plan.GuardSlots;
            session.EmittedBefore = emitted;
        }

        return block;
    }

    /// <summary>
    /// Starts a session that the hub announced, unless it was ever started before. One that cannot be started now is used up: it
    /// counts as started and ended without a slot, so that the hub can close it and go on.
    /// </summary>
    /// <returns>A line for the log if it is not started.</returns>
    public string? TryStart(SessionId id, long startPs)
    {
        int index = Plan.IndexOf(id);
        if (index < 0)
        {
            return $"session {id} is not bound to this pair";
        }

        SessionRecord session = sessions[index];
        bool busy = sessions.Any(other => other.Started && !other.Ended);
        if (session.Started || !store.TryStartSession(Plan.Id, id))
        {
            return $"session {id} was started before; its slots are never emitted again";
        }

        session.Started = true;
        session.Journal = ChoiceJournal.Create(JournalPath(id), storageKey, id);
        SessionLight light = new(id, startPs, Plan.SlotsPerSession, Plan.Timing, Plan.SourceOf(ownName), Plan.Pilots, ownName == Plan.A);
        if ((busy ? "another session of the block is still running" : light.Fault()) is { } fault)
        {
            session.Ended = true;
            return $"session {id}: {fault}";
        }

        emission.Start(light);
        return null;
    }

    /// <summary>Progress of the encoder.</summary>
    public void OnEmission(SessionId id, long emitted, bool ended)
    {
        if (Find(id) is { Started: true, Ended: false } session)
        {
            session.Emitted = Math.Max(session.Emitted, Math.Min(emitted, Plan.SlotsPerSession));
            session.Ended = ended;
            if (ended)
            {
                store.EndSession(id, session.Emitted);
            }
        }
    }

    /// <summary>Takes a batch of announced events in: checks every rule of PROTOCOL 2.1, looks the own choices up, stores them.</summary>
    /// <returns>What the hub did wrong, or null. A batch that is already stored is passed over.</returns>
    public Fault? Accept(AnnouncementBatch batch)
    {
        if (Find(batch.Session) is not { Started: true } session)
        {
            return Broken($"events of session {batch.Session}, which this node never emitted for this pair");
        }

        if (batch.Sequence < session.Batches || session.Complete)
        {
            return null;
        }

        if (batch.Sequence > session.Batches)
        {
            return Broken($"batch {batch.Sequence} of session {session.Id} after batch {session.Batches}");
        }

        ReadOnlySpan<long> slots = batch.Slots;
        ReadOnlySpan<byte> outcomes = batch.Outcomes;
        if (slots.IsEmpty || Announced + slots.Length > EventsMax)
        {
            return Broken($"batch of {slots.Length} events of session {session.Id}, after {Announced} of at most {EventsMax}");
        }

        if (slots[0] <= session.LastSlot)
        {
            return Broken($"slot {slots[0]} of session {session.Id} is not above slot {session.LastSlot}");
        }

        long limit = session.Emitted - Plan.GuardSlots;
        if (slots[^1] >= limit)
        {
            if (!session.Ended || session.Emitted == Plan.SlotsPerSession)
            {
                return Broken(
                    $"slot {slots[^1]} of session {session.Id} was not emitted {Plan.GuardSlots} slots ago ({session.Emitted} emitted)");
            }

            // This node's own encoder failed, and what it emitted behind its last report nobody knows. The list of the block
            // will end below this limit in any case, so the events behind it are dropped here and cost nothing.
            int below = CountBelow(slots, limit);
            slots = slots[..below];
            outcomes = outcomes[..below];
        }

        if (!Plan.AcceptPsiPlus && outcomes.Contains((byte)BellState.PsiPlus))
        {
            return Broken("a Bell state that the block does not accept");
        }

        foreach (long slot in slots)
        {
            if (Plan.Pilots.Contains(slot))
            {
                return Broken($"slot {slot} of session {session.Id} is a pilot");
            }
        }

        if (states.Length < slots.Length)
        {
            states = GC.AllocateUninitializedArray<byte>(slots.Length, pinned: true);
        }

        Span<byte> packed = states.AsSpan(0, slots.Length);
        if (session.Journal is null || (!slots.IsEmpty && !emission.TryRead(session.Id, slots, packed)))
        {
            return new Fault(AbortReason.StateLost, $"session {session.Id}: prepared states are no longer held");
        }

        session.Journal.Append(slots, outcomes, packed);
        CryptographicOperations.ZeroMemory(packed);
        session.Batches++;
        session.Events += slots.Length;
        session.LastSlot = slots.IsEmpty ? session.LastSlot : slots[^1];
        return null;
    }

    /// <summary>The hub says that no batch of a session follows.</summary>
    public Fault? Complete(SessionId id, uint batches)
    {
        if (Find(id) is not { Started: true, Ended: true } session)
        {
            return Broken($"session {id} is closed before it ended here");
        }

        if (session.Complete)
        {
            return null;
        }

        if (session.Batches != batches)
        {
            return Broken($"session {id} is closed with {batches} batches, {session.Batches} arrived");
        }

        session.Complete = true;
        store.CompleteSession(id);
        session.Dispose();
        emission.Forget(id);
        return null;
    }

    /// <summary>
    /// The hub closes the list of the whole block. Checks it against what was accepted, and loads the own choices.
    /// </summary>
    /// <param name="closed">The hub's message.</param>
    /// <param name="block">The closed block.</param>
    /// <returns>What is wrong, or null.</returns>
    public Fault? TryClose(ListClosed closed, out ClosedBlock? block)
    {
        block = null;
        if (closed.Sessions.Count != sessions.Length || !sessions.All(session => session.Complete))
        {
            return Broken("the list is closed before all sessions of the block are complete");
        }

        List<ReadOnlyMemory<byte>> list = [];

        // Pinned and sized at once: memory that moves or grows would leave copies of the choices behind.
        byte[] packed = GC.AllocateArray<byte>((int)Announced, pinned: true);
        try
        {
            List<byte> outcomes = new(packed.Length);
            if (Load(closed, list, packed, outcomes, out long slots) is { } fault)
            {
                return fault;
            }

            block = Build(list, packed.AsSpan(0, outcomes.Count), outcomes, slots);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(packed);
        }
    }

    /// <summary>Destroys the raw choices; the block is over.</summary>
    public void Destroy()
    {
        Dispose();
        foreach (SessionRecord session in sessions.Where(session => session.Started))
        {
            emission.Forget(session.Id);
        }

        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SessionRecord session in sessions)
        {
            session.Dispose();
        }
    }

    private Fault? Load(
        ListClosed closed, List<ReadOnlyMemory<byte>> list, Memory<byte> packed, List<byte> outcomes, out long slots)
    {
        slots = 0;
        for (int index = 0; index < sessions.Length; index++)
        {
            SessionRecord session = sessions[index];
            ClosedSession entry = closed.Sessions[index];
            long limitMax = Math.Max(0, Math.Max(session.Emitted, session.EmittedBefore) - Plan.GuardSlots);
            if (entry.Session.Length != SessionId.Size || SessionId.Read(entry.Session.Span) != session.Id
                || entry.Limit < 0 || entry.Limit > limitMax)
            {
                return Broken($"closed list, session {index}: limit {entry.Limit} is outside 0..{limitMax}");
            }

            slots += entry.Limit;
            byte[] head = new byte[SessionId.Size + 16];
            session.Id.Write(head);
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(SessionId.Size), entry.Limit);
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(SessionId.Size + 8), entry.Events);
            list.Add(head);
            if (Load(session, entry, list, packed, outcomes) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private Fault? Load(
        SessionRecord session, ClosedSession entry, List<ReadOnlyMemory<byte>> list, Memory<byte> packed, List<byte> outcomes)
    {
        long previous = -1;
        long events = 0;
        int chunks = ChoiceJournal.Read(
            JournalPath(session.Id),
            storageKey,
            session.Id,
            (slots, results, choices) =>
            {
                int count = CountBelow(slots, entry.Limit);
                byte[] bytes = new byte[count * EventListEncoding.EventBytesMax];
                int length = EventListEncoding.Encode(slots[..count], results[..count], ref previous, bytes);
                list.Add(bytes.AsMemory(0, length));
                choices[..count].CopyTo(packed.Span[outcomes.Count..]);
                outcomes.AddRange(results[..count]);
                events += count;
            });
        if (chunks != session.Batches)
        {
            return new Fault(AbortReason.StateLost, $"session {session.Id}: journal holds {chunks} of {session.Batches} batches");
        }

        return events != entry.Events
            ? new Fault(
                AbortReason.ListMismatch,
                $"session {session.Id}: the hub closed {entry.Events} events, this node holds {events} below the limit")
            : null;
    }

    private static ClosedBlock Build(
        List<ReadOnlyMemory<byte>> list, ReadOnlySpan<byte> choices, List<byte> outcomes, long slots)
    {
        SecretBits bits = new(Math.Max(1, choices.Length));
        BitPlane.FromPacked(choices, PreparedState.BitShift, bits.Words[..BitPlane.Words(choices.Length)]);
        ulong[] psiPlus = new ulong[BitPlane.Words(choices.Length)];
        BitPlane.FromPacked(CollectionsMarshal.AsSpan(outcomes), 0, psiPlus);
        LabelPlanes own = LabelPlanes.FromStates(choices);
        return new ClosedBlock(list, own, bits, psiPlus, slots);
    }

    private static int CountBelow(ReadOnlySpan<long> slots, long limit)
    {
        int index = slots.BinarySearch(limit);
        return index < 0 ? ~index : index;
    }

    private static Fault Broken(string detail) => new(AbortReason.HubRuleBroken, detail);

    private SessionRecord? Find(SessionId id)
    {
        int index = Plan.IndexOf(id);
        return index < 0 ? null : sessions[index];
    }

    private string JournalPath(SessionId id) => Path.Combine(directory, id + ".journal");
}
