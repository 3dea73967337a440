using System.Runtime.InteropServices;
using Google.Protobuf;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyMaterial;
using MdiQkd.Network.Tests.Blindness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>
/// The distillations of both users face to face, without engines, stores and hub: messages between them wait until a test
/// delivers them, and error patterns come from the states themselves.
/// </summary>
internal sealed class DistillationPair : IDisposable
{
    private readonly string folder;
    private readonly byte[] statesOfA;
    private readonly byte[] statesOfB;

    /// <summary>Both users with one closed block; a test may give B other parameters or another list.</summary>
    public DistillationPair(int events, BlockPlan? planOfB = null, byte[]? list = null, byte[]? listOfB = null)
    {
        NetworkSettings settings = new();
        Plan = PlanOf(settings);
        (_, statesOfA, statesOfB) = new LinkEvents(settings.SourceA, settings.SourceB, settings.Channel).Draw(
            events, settings.Block.SlotsPerSession, settings.Block.GuardSlots, seed: 1);
        folder = Directory.CreateTempSubdirectory("mdiqkd-").FullName;
        string a = Path.Combine(folder, "a.mdq");
        string b = Path.Combine(folder, "b.mdq");
        KeyPool.Provision(a, "alice", b, "bob", new CountingRandomness("pool"), KeyPool.ProvisionedPadsMin);
        Assert.True(KeyPool.TryOpen(a, "alice", "bob", new KeyPoolSettings(), out KeyPool? poolOfA, out _));
        Assert.True(KeyPool.TryOpen(b, "bob", "alice", new KeyPoolSettings(), out KeyPool? poolOfB, out _));
        PoolOfA = poolOfA;
        PoolOfB = poolOfB;
        A = new BlockDistillation(
            Plan, "alice", Closed(statesOfA, list ?? [1]), PoolOfA, new CountingRandomness("a"), CodeBook.Default, message => OnMessage(ofA: true, message), ToB.Enqueue);
        B = new BlockDistillation(
            planOfB ?? Plan, "bob", Closed(statesOfB, listOfB ?? list ?? [1]), PoolOfB, new CountingRandomness("b"), CodeBook.Default, message => OnMessage(ofA: false, message), ToA.Enqueue);
    }

    public BlockPlan Plan { get; }

    public KeyPool PoolOfA { get; }

    public KeyPool PoolOfB { get; }

    public BlockDistillation A { get; }

    public BlockDistillation B { get; }

    /// <summary>Messages of B that A has not got yet.</summary>
    public Queue<PeerMessage> ToA { get; } = new();

    /// <summary>Messages of A that B has not got yet.</summary>
    public Queue<PeerMessage> ToB { get; } = new();

    /// <summary>Verifications that A has got.</summary>
    public List<Verification> VerificationsToA { get; } = [];

    /// <summary>What both handed to the hub.</summary>
    public List<(bool OfA, NodeMessage Message)> AtHub { get; } = [];

    /// <summary>The request that both got.</summary>
    public SyndromeRequest Request { get; private set; } = new();

    /// <summary>A plan of the default network.</summary>
    public static BlockPlan PlanOf(NetworkSettings settings) => new(
        new BlockId(77),
        "alice",
        "bob",
        settings.Timing,
        settings.Pilots,
        settings.SourceA,
        settings.SourceB,
        settings.Block.AcceptPsiPlus,
        [new SessionId(1), new SessionId(2)],
        settings.Block.SlotsPerSession,
        settings.Block.GuardSlots,
        settings.Block.Security,
        settings.Block.EfficiencyCapMilli,
        settings.Block.QberCapMicro);

    /// <summary>Delivers what waits until nothing more comes, or until A has sent a message that a test wants to hold.</summary>
    public DistillationPair Deliver(Func<PeerMessage, bool>? hold = null)
    {
        while (ToA.Count + ToB.Count > 0)
        {
            if (ToA.TryDequeue(out PeerMessage? message))
            {
                if (message.BodyCase == PeerMessage.BodyOneofCase.Verification)
                {
                    VerificationsToA.Add(message.Verification);
                }

                Assert.Null(Take(A, message));
            }
            else if (hold?.Invoke(ToB.Peek()) == true)
            {
                break;
            }
            else
            {
                Assert.Null(Take(B, ToB.Dequeue()));
            }
        }

        return this;
    }

    /// <summary>Sends both first tags.</summary>
    public DistillationPair Begin()
    {
        Assert.Null(A.Begin());
        Assert.Null(B.Begin());
        return this;
    }

    /// <summary>
    /// Plays a hub with a perfect decoder: one round of one code for every frame. If it exchanges the codes of the first two frames
    /// for B, it makes up the peer's syndromes that no longer fit.
    /// </summary>
    public DistillationPair Reconcile(bool otherCodesForB = false)
    {
        int[] zz = [.. Enumerable.Range(0, statesOfA.Length).Where(index =>
            CapturedStates.IsZ(statesOfA[index]) && CapturedStates.IsZ(statesOfB[index]))];
        ulong[] errors = CapturedStates.Bits(zz.Select(index => (byte)(statesOfA[index] ^ statesOfB[index] ^ (1 << PreparedState.BitShift))));
        Request = new SyndromeRequest { Block = ByteString.CopyFrom(Plan.Id.ToArray()), FrameLength = CodeBook.Default.Lengths[0] };
        ErrorPatterns patterns = new() { Block = Request.Block };
        foreach (Frame frame in FramePlan.Cut(zz.Length, Request.FrameLength))
        {
            ReconciliationCode code = CodeBook.Default.Select(patterns.Frames.Count == 0 ? 0.01 : 0.008, frame.Length, 0, frame.RealBits);
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(errors.AsSpan((int)(frame.Offset / 64)));
            patterns.Frames.Add(new FramePattern
            {
                Frame = Request.Frames.Count, Pattern = ByteString.CopyFrom(bytes[..((frame.RealBits + 7) / 8)]),
            });
            Request.Frames.Add(new FrameRequest { Frame = Request.Frames.Count, Code = code.Id });
        }

        SyndromeRequest ofB = Request.Clone();
        if (otherCodesForB)
        {
            (ofB.Frames[0].Code, ofB.Frames[1].Code) = (ofB.Frames[1].Code, ofB.Frames[0].Code);
        }

        Assert.Null(A.OnReconciliation(new HubMessage { SyndromeRequest = Request }));
        Assert.Null(B.OnReconciliation(new HubMessage { SyndromeRequest = ofB }));
        Assert.Null(B.OnReconciliation(Fitting(ofA: true, ofB)));
        Assert.Null(A.OnReconciliation(Fitting(ofA: false, Request)));
        Assert.Null(A.OnReconciliation(new HubMessage { ErrorPatterns = patterns }));
        Assert.Null(B.OnReconciliation(new HubMessage { ErrorPatterns = patterns }));
        return this;
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        PoolOfA.Dispose();
        PoolOfB.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Hands a message of the peer to a user.</summary>
    public static Fault? Take(BlockDistillation user, PeerMessage message) => message.BodyCase switch
    {
        PeerMessage.BodyOneofCase.Checkpoint => user.OnCheckpoint(message.Checkpoint),
        PeerMessage.BodyOneofCase.Verification => user.OnVerification(message.Verification),
        PeerMessage.BodyOneofCase.Amplification => user.OnAmplification(message.Amplification),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.BodyCase, "not a message of a block"),
    };

    /// <summary>A user's syndromes as the peer expects them after its own request.</summary>
    private HubMessage Fitting(bool ofA, SyndromeRequest request)
    {
        SyndromeSet set = AtHub.Single(sent => sent.OfA == ofA && sent.Message.BodyCase == NodeMessage.BodyOneofCase.Syndromes)
            .Message.Syndromes.Clone();
        foreach (FrameSyndrome item in set.Frames)
        {
            int bytes = CodeBook.Default.Find(request.Frames[item.Frame].Code).SyndromeLength(1) / 8;
            item.Syndrome = item.Syndrome.Length == bytes ? item.Syndrome : ByteString.CopyFrom(new byte[bytes]);
        }

        return new HubMessage { Syndromes = set };
    }

    private void OnMessage(bool ofA, NodeMessage message)
    {
        AtHub.Add((ofA, message));
        if (message.BodyCase == NodeMessage.BodyOneofCase.Disclosure)
        {
            Assert.Null((ofA ? B : A).OnDisclosure(message.Disclosure));
        }
    }

    private static ClosedBlock Closed(byte[] states, byte[] list) => new(
        [list],
        LabelPlanes.FromStates(states),
        SecretBits.CopyOf(CapturedStates.Bits(states), states.Length),
        new ulong[BitPlane.Words(states.Length)],
        1);
}
