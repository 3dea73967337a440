using System.Runtime.InteropServices;
using Google.Protobuf;
using MdiQkd.Protocol;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Pair;

/// <summary>
/// One block of a pair at the hub: announcements, closing, public sifting. It sees labels, X bits and syndromes only, and
/// nothing that it does can make a key: it can only prevent one.
/// </summary>
internal sealed class HubBlock
{
    private readonly HubSession[] sessions;
    private readonly Action<string, HubMessage> send;
    private PlaneAssembly? planesA;
    private PlaneAssembly? planesB;
    private ulong[] psiPlus = [];

    /// <summary>Registers a block.</summary>
    public HubBlock(BlockPlan plan, Action<string, HubMessage> send)
    {
        Plan = plan;
        this.send = send;
        Id = ByteString.CopyFrom(plan.Id.ToArray());
        sessions = [.. plan.Sessions.Select(id => new HubSession(id))];
    }

    /// <summary>The public plan.</summary>
    public BlockPlan Plan { get; }

    /// <summary>The id as bytes of a message.</summary>
    public ByteString Id { get; }

    /// <summary>Where it stands.</summary>
    public BlockPhase Phase { get; private set; }

    /// <summary>A has opened it.</summary>
    public bool OpenAtA { get; private set; }

    /// <summary>B has opened it.</summary>
    public bool OpenAtB { get; private set; }

    /// <summary>Sessions in the order of the plan.</summary>
    public IReadOnlyList<HubSession> Sessions => sessions;

    /// <summary>Events announced so far.</summary>
    public long Announced => sessions.Sum(session => session.Events);

    /// <summary>Slots of finished sessions.</summary>
    public long SlotsDone => sessions.Where(session => session.Closed).Sum(session => Math.Min(session.EmittedA ?? 0, session.EmittedB ?? 0));

    /// <summary>Counts by label pair, once both users have disclosed.</summary>
    public SiftResult? Sift { get; private set; }

    /// <summary>The other user.</summary>
    public string PeerOf(string node) => node == Plan.A ? Plan.B : Plan.A;

    /// <summary>A user opens the block, or comes back to it; it says where it stands and gets what it missed.</summary>
    public void Open(string node, IEnumerable<SessionState> states)
    {
        OpenAtA |= node == Plan.A;
        OpenAtB |= node == Plan.B;
        if (Phase == BlockPhase.Opening && OpenAtA && OpenAtB)
        {
            Phase = BlockPhase.Accumulating;
        }

        foreach (SessionState state in states)
        {
            if (Find(state.Session) is not { } session)
            {
                continue;
            }

            // A user that comes back with less than it said before lost the rest: the limit falls with it, unless the list is
            // closed already; then the user had stored all of it before.
            if (state.Ended && Phase <= BlockPhase.Accumulating)
            {
                TakeEmitted(node, session, state.Emitted);
            }

            TakeStored(node, session, state.Batches);
            session.Measured |= state.Ended && !session.Started;
            if (session.Started && !state.Started)
            {
                // The message to start was lost with the connection. Too late it is refused, which ends the session here too.
                SendStart(node, session);
            }

            for (int batch = (int)Math.Min(state.Batches, int.MaxValue); batch < session.Batches; batch++)
            {
                SendBatch(node, session.Batch(batch));
            }

            if (session.Closed)
            {
                SendClosed(node, session);
            }
        }

        Advance();
        if (Phase == BlockPhase.Disclosing && planesA?.Planes is null && planesB?.Planes is null)
        {
            send(node, CloseMessage(node));
        }
    }

    /// <summary>A user reports on a session.</summary>
    public void OnSessionState(string node, SessionState state)
    {
        if (state.Ended && Phase <= BlockPhase.Accumulating && Find(state.Session) is { } session)
        {
            TakeEmitted(node, session, state.Emitted);
            Advance();
        }
    }

    /// <summary>A user holds batches durably.</summary>
    public void OnBatchesStored(string node, BatchesStored message)
    {
        if (Find(message.Session) is { } session)
        {
            TakeStored(node, session, message.Batches);
            Advance();
        }
    }

    /// <summary>The next session that has not begun, or null.</summary>
    public HubSession? NextSession() =>
        Phase == BlockPhase.Accumulating ? Array.Find(sessions, session => !session.Started && !session.Measured) : null;

    /// <summary>Tells both users to start a session.</summary>
    public void Start(HubSession session, long startPs)
    {
        session.StartPs = startPs;
        SendStart(Plan.A, session);
        SendStart(Plan.B, session);
    }

    /// <summary>Announces events of a running session to both users, in batches.</summary>
    public void Announce(HubSession session, ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes)
    {
        for (int first = 0; first < slots.Length; first += TransportLimits.AnnouncementEvents)
        {
            int count = Math.Min(TransportLimits.AnnouncementEvents, slots.Length - first);
            byte[] bytes = session.Append(slots.Slice(first, count), outcomes.Slice(first, count));
            SendBatch(Plan.A, bytes);
            SendBatch(Plan.B, bytes);
        }
    }

    /// <summary>The measurement of a session is over.</summary>
    public void EndMeasurement(HubSession session)
    {
        session.Measured = true;
        Advance();
    }

    /// <summary>A user's labels and X bits: passed on to the peer, and sifted here for decoding and monitoring.</summary>
    /// <returns>Whether both are now complete.</returns>
    public bool OnDisclosure(string node, Disclosure message)
    {
        if (Phase != BlockPhase.Disclosing || planesA is null || planesB is null)
        {
            return false;
        }

        send(PeerOf(node), new HubMessage { Peer = node, Disclosure = message });
        PlaneAssembly planes = node == Plan.A ? planesA : planesB;
        planes.Add(new PlanePiece(
            message.FirstEvent, message.High.Memory, message.Low.Memory, message.XBits.Memory, message.Last));
        if (planesA.Planes is not { } a || planesB.Planes is not { } b)
        {
            return false;
        }

        Sift = Sifter.Sift(a, b, psiPlus);
        Phase = BlockPhase.Reconciling;
        return true;
    }

    /// <summary>All frames are answered.</summary>
    public void EndReconciliation() => Phase = BlockPhase.Reconciled;

    private void TakeEmitted(string node, HubSession session, long emitted)
    {
        if (node == Plan.A)
        {
            session.EmittedA = Math.Min(session.EmittedA ?? long.MaxValue, emitted);
        }
        else
        {
            session.EmittedB = Math.Min(session.EmittedB ?? long.MaxValue, emitted);
        }
    }

    private void TakeStored(string node, HubSession session, uint batches)
    {
        if (node == Plan.A)
        {
            session.StoredByA = Math.Max(session.StoredByA, batches);
        }
        else
        {
            session.StoredByB = Math.Max(session.StoredByB, batches);
        }
    }

    private void Advance()
    {
        if (Phase != BlockPhase.Accumulating)
        {
            return;
        }

        foreach (HubSession session in sessions)
        {
            if (!session.Closed && session.IsReadyToClose(Plan.GuardSlots))
            {
                session.Closed = true;
                SendClosed(Plan.A, session);
                SendClosed(Plan.B, session);
            }
        }

        if (!Array.TrueForAll(sessions, session => session.Closed))
        {
            return;
        }

        Phase = BlockPhase.Disclosing;
        List<byte>? outcomes = Plan.AcceptPsiPlus ? [] : null;
        long events = sessions.Sum(session => session.CountBelow(session.Limit(Plan.GuardSlots), outcomes));
        planesA = new PlaneAssembly((int)events);
        planesB = new PlaneAssembly((int)events);
        if (outcomes is not null)
        {
            psiPlus = new ulong[BitPlane.Words(outcomes.Count)];
            BitPlane.FromPacked(CollectionsMarshal.AsSpan(outcomes), 0, psiPlus);
        }

        send(Plan.A, CloseMessage(Plan.A));
        send(Plan.B, CloseMessage(Plan.B));
    }

    private HubMessage CloseMessage(string node)
    {
        ListClosed message = new() { Block = Id };
        foreach (HubSession session in sessions)
        {
            long limit = session.Limit(Plan.GuardSlots);
            message.Sessions.Add(new ClosedSession
            {
                Session = ByteString.CopyFrom(session.Id.ToArray()),
                Limit = limit,
                Events = session.CountBelow(limit, null),
            });
        }

        return new HubMessage { Peer = PeerOf(node), ListClosed = message };
    }

    private void SendStart(string node, HubSession session) => send(node, new HubMessage
    {
        Peer = PeerOf(node),
        StartSession = new StartSession
        {
            Block = Id, Session = ByteString.CopyFrom(session.Id.ToArray()), StartPs = session.StartPs!.Value,
        },
    });

    private void SendBatch(string node, byte[] bytes) => send(node, new HubMessage
    {
        Peer = PeerOf(node),
        Announcements = new Announcements { Batch = UnsafeByteOperations.UnsafeWrap(bytes) },
    });

    private void SendClosed(string node, HubSession session) => send(node, new HubMessage
    {
        Peer = PeerOf(node),
        SessionClosed = new SessionClosed
        {
            Session = ByteString.CopyFrom(session.Id.ToArray()),
            Batches = (uint)session.Batches,
            Limit = session.Limit(Plan.GuardSlots),
        },
    });

    private HubSession? Find(ByteString id) =>
        id.Length != SessionId.Size ? null : Array.Find(sessions, session => session.Id == SessionId.Read(id.Span));
}
