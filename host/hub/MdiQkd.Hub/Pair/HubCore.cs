using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Pair;

/// <summary>
/// The hub's public bookkeeping over all pairs: who is attached, which blocks are open, relay, reconciliation. Message-driven
/// and synchronous, one caller at a time; the daemon gives it sockets and threads, tests give it queues.
/// </summary>
internal sealed class HubCore
{
    /// <summary>
    /// Error rate assumed of a pair before its first frame: above what a healthy link shows (0.3 to 0.8 %), so that the one
    /// frame decoded blind is not lost, at the price of about 1 % more leak in the first block.
    /// </summary>
    public const double InitialQber = 0.01;

    private readonly HashSet<string> users;
    private readonly HashSet<string> attached = [];
    private readonly Dictionary<string, AlignmentState> alignments = [];
    private readonly Dictionary<(string A, string B), PairOfUsers> pairs = [];
    private readonly CodeBook codes;
    private readonly Action<string, HubMessage> output;
    private readonly Action<DecodeJob> enqueue;
    private readonly ILogger log;
    private int nextPair;

    /// <summary>Starts with no node attached.</summary>
    /// <param name="users">Names of the users.</param>
    /// <param name="codes">Reconciliation codes.</param>
    /// <param name="send">Sends to a node; dropped if it is not attached.</param>
    /// <param name="enqueue">Decodes a frame; the job's callback must come back through the same single caller.</param>
    /// <param name="log">Log.</param>
    public HubCore(
        IEnumerable<string> users, CodeBook codes, Action<string, HubMessage> send, Action<DecodeJob> enqueue, ILogger log)
    {
        this.users = [.. users];
        this.codes = codes;
        output = send;
        this.enqueue = enqueue;
        this.log = log;
    }

    /// <summary>Nodes that are attached.</summary>
    public IReadOnlySet<string> Attached => attached;

    /// <summary>Blocks that are open, one per pair at most.</summary>
    public IEnumerable<HubBlock> Blocks => pairs.Values.Where(pair => pair.Block is not null).Select(pair => pair.Block!);

    /// <summary>What decoding cost each pair that had a block.</summary>
    public IEnumerable<(string A, string B, DecodingTally Tally)> Decoding =>
        pairs.Select(pair => (pair.Key.A, pair.Key.B, pair.Value.Decoding));

    /// <summary>What a node last reported on its actuators, or null.</summary>
    public AlignmentState? AlignmentOf(string node) => alignments.GetValueOrDefault(node);

    /// <summary>Asks a user of a block to move its actuators.</summary>
    public void Adjust(HubBlock block, Measurement.Feedback.Adjustment adjustment)
    {
        string node = adjustment.IsA ? block.Plan.A : block.Plan.B;
        Send(node, new HubMessage
        {
            Peer = block.PeerOf(node),
            Adjustment = new Adjustment
            {
                Number = adjustment.Number,
                DelayPs = adjustment.Setting.DelayPs,
                FrequencyKhz = adjustment.Setting.FrequencyKHz,
                PolarisationMrad = adjustment.Setting.PolarisationMrad,
            },
        });
    }

    /// <summary>A node attached.</summary>
    public void OnAttached(string node)
    {
        attached.Add(node);
        foreach (string other in attached.Where(other => other != node))
        {
            Send(node, new HubMessage { Peer = other, Presence = new Presence { Attached = true } });
            Send(other, new HubMessage { Peer = node, Presence = new Presence { Attached = true } });
        }
    }

    /// <summary>A node is gone.</summary>
    public void OnDetached(string node)
    {
        attached.Remove(node);
        foreach (string other in attached)
        {
            Send(other, new HubMessage { Peer = node, Presence = new Presence { Attached = false } });
        }
    }

    /// <summary>A message of a node, whose name its certificate says.</summary>
    public void OnMessage(string node, NodeMessage message)
    {
        string peer = message.Peer;
        if (!users.Contains(peer) || peer == node)
        {
            log.LogWarning("{Node} sends a message about unknown peer '{Peer}'; ignored", node, peer);
            return;
        }

        PairOfUsers pair = PairOf(node, peer);
        switch (message.BodyCase)
        {
            case NodeMessage.BodyOneofCase.Relay:
                Send(peer, new HubMessage { Peer = node, Relay = message.Relay });
                break;
            case NodeMessage.BodyOneofCase.OpenBlock:
                OnOpenBlock(pair, node, message.OpenBlock);
                break;
            case NodeMessage.BodyOneofCase.AlignmentState:
                alignments[node] = message.AlignmentState;
                break;
            case NodeMessage.BodyOneofCase.SessionState:
                pair.Block?.OnSessionState(node, message.SessionState);
                break;
            case NodeMessage.BodyOneofCase.BatchesStored:
                pair.Block?.OnBatchesStored(node, message.BatchesStored);
                break;
            case NodeMessage.BodyOneofCase.Disclosure when pair.Block is { } block && block.Id == message.Disclosure.Block:
                if (block.OnDisclosure(node, message.Disclosure) && block.Sift!.ZzCount > 0)
                {
                    log.LogInformation(
                        "block {Block} of {Pair}: {Sifted} sifted of {Announced} announced", block.Plan.Id, pair.Name, block.Sift.ZzCount, block.Announced);
                    pair.Reconciliation = new HubReconciliation(pair.Name, block, codes, pair.Qber, pair.Decoding, Send, enqueue);
                    pair.Reconciliation.Begin();
                }

                break;
            case NodeMessage.BodyOneofCase.Syndromes when pair.Block is { } block && block.Id == message.Syndromes.Block:
                pair.Reconciliation?.OnSyndromes(node, message.Syndromes);
                break;
            case NodeMessage.BodyOneofCase.FrameBits when pair.Block is { } block && block.Id == message.FrameBits.Block && node == block.Plan.A:
                pair.Reconciliation?.OnFrameBits(message.FrameBits);
                break;
            case NodeMessage.BodyOneofCase.EndBlock when pair.Block is { } block && block.Id == message.EndBlock.Block:
                OnEndBlock(pair, node, message.EndBlock.Reason);
                break;
        }
    }

    /// <summary>
    /// The next session to run: round robin over pairs whose users are both attached and have a block open.
    /// </summary>
    public (HubBlock Block, HubSession Session)? NextSession()
    {
        PairOfUsers[] all = [.. pairs.Values.OrderBy(pair => pair.Name, StringComparer.Ordinal)];
        for (int step = 0; step < all.Length; step++)
        {
            PairOfUsers pair = all[(nextPair + step) % all.Length];
            if (pair.Block is { } block && attached.Contains(block.Plan.A) && attached.Contains(block.Plan.B)
                && block.NextSession() is { } session)
            {
                nextPair = (nextPair + step + 1) % all.Length;
                return (block, session);
            }
        }

        return null;
    }

    /// <summary>Whether a block is still the one open at its pair.</summary>
    public bool IsOpen(HubBlock block) => Blocks.Contains(block);

    private void OnOpenBlock(PairOfUsers pair, string node, OpenBlock message)
    {
        if (!BlockPlan.TryDecode(message.Plan.Span, out BlockPlan? plan, out string? fault)
            || PairOf(plan.A, plan.B) != pair)
        {
            log.LogWarning("{Node} opens a block with an unusable plan: {Fault}", node, fault ?? "another pair's");
            return;
        }

        if (pair.Block is not { } block || block.Plan.Id != plan.Id)
        {
            block = new HubBlock(plan, Send);
            pair.Set(block);
        }
        else if (!block.Plan.Encode().AsSpan().SequenceEqual(message.Plan.Span))
        {
            log.LogWarning("{Node} opens block {Block} with another plan than its peer", node, plan.Id);
            return;
        }

        block.Open(node, message.Sessions);
    }

    private void OnEndBlock(PairOfUsers pair, string node, string reason)
    {
        HubBlock block = pair.Block!;
        if (reason.Length > 0)
        {
            log.LogInformation("block {Block} is given up by {Node}: {Reason}", block.Plan.Id, node, reason);
            Send(block.PeerOf(node), new HubMessage { Peer = node, EndBlock = new EndBlock { Block = block.Id, Reason = reason } });
        }

        if (reason.Length > 0 || !pair.Ended.Add(node) || pair.Ended.Count == 2)
        {
            pair.Set(null);
        }
    }

    private void Send(string node, HubMessage message)
    {
        if (attached.Contains(node))
        {
            output(node, message);
        }
    }

    private PairOfUsers PairOf(string x, string y)
    {
        (string, string) key = ParticipantName.IsReference(x, y) ? (x, y) : (y, x);
        if (!pairs.TryGetValue(key, out PairOfUsers? pair))
        {
            pair = new PairOfUsers($"{key.Item1}|{key.Item2}", new QberEstimate(InitialQber));
            pairs.Add(key, pair);
        }

        return pair;
    }

    private sealed class PairOfUsers(string name, QberEstimate qber)
    {
        public string Name { get; } = name;

        public QberEstimate Qber { get; } = qber;

        public DecodingTally Decoding { get; } = new();

        public HubBlock? Block { get; private set; }

        public HubReconciliation? Reconciliation { get; set; }

        public HashSet<string> Ended { get; } = [];

        public void Set(HubBlock? block)
        {
            Reconciliation?.Dispose();
            Reconciliation = null;
            Block = block;
            Ended.Clear();
        }
    }
}
