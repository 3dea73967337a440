using System.Buffers.Binary;
using Google.Protobuf;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>
/// PROTOCOL 4 and 5.5, seen from one user: what it refuses although every pad is right, and what a forgery in front of the right
/// message leaves behind.
/// </summary>
public class CarelessPeerTests
{
    public static TheoryData<string> Fields() =>
        ["timing", "pilots", "sourceA", "sourceB", "acceptPsiPlus", "sessions", "slotsPerSession", "guardSlots", "security", "efficiencyCap", "qberCap"];

    [Theory]
    [MemberData(nameof(Fields))]
    public void The_first_tag_covers_every_parameter_of_the_plan(string field)
    {
        BlockPlan plan = DistillationPair.PlanOf(new NetworkSettings());
        using DistillationPair pair = new(64, planOfB: field switch
        {
            "timing" => plan with { Timing = new SlotTiming(5000, 2500, 499) },
            "pilots" => plan with { Pilots = new PilotPattern(1_000_003, 1) },
            "sourceA" => plan with { SourceA = plan.SourceB },
            "sourceB" => plan with { SourceB = plan.SourceA },
            "acceptPsiPlus" => plan with { AcceptPsiPlus = true },
            "sessions" => plan with { Sessions = [plan.Sessions[1], plan.Sessions[0]] },
            "slotsPerSession" => plan with { SlotsPerSession = plan.SlotsPerSession + 1 },
            "guardSlots" => plan with { GuardSlots = plan.GuardSlots + 1 },
            "security" => plan with { Security = new EpsilonBudget(1e-2, 1e-10) },
            "efficiencyCap" => plan with { EfficiencyCapMilli = plan.EfficiencyCapMilli + 1 },
            "qberCap" => plan with { QberCapMicro = plan.QberCapMicro + 1 },
            _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no such field"),
        });

        AssertFirstTagRefused(pair, "parameters");
    }

    [Fact]
    public void The_first_tag_covers_the_closed_list()
    {
        using DistillationPair pair = new(64, list: [1, 2, 3], listOfB: [1, 2, 2]);
        AssertFirstTagRefused(pair, "announcement list");
    }

    [Fact]
    public void A_forged_third_message_changes_nothing_and_the_right_one_is_taken_after_it()
    {
        using DistillationPair pair = AtAmplification(out Amplification right);
        long keyBits = pair.B.KeyBits;
        Amplification forged = right.Clone();
        forged.KeyBits -= 64;
        forged.RefillPads = 7;
        forged.Seed = ByteString.CopyFrom(new byte[8]);

        Assert.Null(pair.B.OnAmplification(forged));
        Assert.Equal(DistillationPhase.Verification, pair.B.Phase);
        Assert.Equal(keyBits, pair.B.KeyBits);
        Assert.Equal(0, pair.B.RefillPads);
        Assert.Contains("third tag", pair.B.Remark, StringComparison.Ordinal);

        Assert.Null(pair.B.OnAmplification(right));
        pair.Deliver();
        Assert.Equal(DistillationPhase.Storing, pair.A.Phase);
        Assert.Equal(DistillationPhase.Storing, pair.B.Phase);
        Assert.Equal(keyBits, pair.B.Key!.Bits.BitCount);
        Assert.True(pair.A.Key!.Bits.Words.SequenceEqual(pair.B.Key.Bits.Words));
    }

    /// <remarks>
    /// The leak of both is the same, the strings are equal, and the verification passes; but the hub has two sets of checks of one
    /// frame.
    /// </remarks>
    [Fact]
    public void Other_codes_for_B_than_for_A_show_in_the_third_tag()
    {
        using DistillationPair pair = new DistillationPair(210_000).Begin().Deliver().Reconcile(otherCodesForB: true);
        Assert.NotEqual(pair.Request.Frames[0].Code, pair.Request.Frames[1].Code);
        Assert.Equal(pair.A.LeakEc, pair.B.LeakEc);

        pair.Deliver();

        Assert.Equal(DistillationPhase.Amplification, pair.A.Phase);
        Assert.Equal(DistillationPhase.Verification, pair.B.Phase);
        Assert.Contains("third tag", pair.B.Remark, StringComparison.Ordinal);
        Assert.Null(pair.A.Key);
        Assert.Null(pair.B.Key);
    }

    [Fact]
    public void Sixteen_forged_third_messages_end_the_block()
    {
        using DistillationPair pair = AtAmplification(out Amplification right);
        right.RefillPads++;

        for (int forged = 1; forged < 16; forged++)
        {
            Assert.Null(pair.B.OnAmplification(right));
        }

        Assert.Equal(AbortReason.AuthenticationFailed, pair.B.OnAmplification(right)?.Reason);
    }

    /// <remarks>The tag is made from the text of ANNOUNCEMENTS.md 6, with A's own pads: only the values are wrong.</remarks>
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(-64, 0, null)]
    [InlineData(64, 0, "key bits")]
    [InlineData(-1, 0, "key bits")]
    [InlineData(-32, 0, "key bits")]
    [InlineData(int.MinValue, 0, "key bits")]
    [InlineData(0, 512, "pads")]
    [InlineData(0, -1, "pads")]
    public void A_key_length_or_refill_that_is_not_possible_is_refused_even_with_a_right_tag(int more, int refillPads, string? fault)
    {
        using DistillationPair pair = AtAmplification(out Amplification right);
        Verification verification = Assert.Single(pair.VerificationsToA);
        long keyBits = more == int.MinValue ? 0 : right.KeyBits + more;
        ByteString seed = ByteString.CopyFrom(new byte[8 * ((pair.B.SiftedBits + keyBits - 1 + 63) / 64)]);
        byte[] numbers = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, keyBits);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(8), refillPads);
        TagContent content = new TagContent(CheckpointKind.T3, pair.Plan.Id)
            .With("reconciliation", Reconciliation(pair))
            .With("verification", verification.ToByteArray())
            .With("key length and refill", numbers)
            .With("amplification seed", seed.Memory);
        content.Seal(pair.PoolOfA, senderIsReference: true, out PadTag tag);

        Fault? refused = pair.B.OnAmplification(new Amplification
        {
            Block = right.Block, KeyBits = keyBits, Seed = seed, RefillPads = refillPads, Tag = tag,
        });

        if (fault is null)
        {
            Assert.Null(refused);
            Assert.Equal(DistillationPhase.Storing, pair.B.Phase);
        }
        else
        {
            Assert.Equal(AbortReason.ReconciliationMismatch, refused?.Reason);
            Assert.Contains(fault, refused!.Detail, StringComparison.Ordinal);
            Assert.Null(pair.B.Key);
        }
    }

    private static DistillationPair AtAmplification(out Amplification right)
    {
        DistillationPair pair = new DistillationPair(210_000).Begin().Deliver().Reconcile();
        pair.Deliver(hold: message => message.BodyCase == PeerMessage.BodyOneofCase.Amplification);
        right = pair.ToB.Dequeue().Amplification;
        Assert.Equal(DistillationPhase.Verification, pair.B.Phase);
        return pair;
    }

    private static void AssertFirstTagRefused(DistillationPair pair, string part)
    {
        pair.Begin().Deliver();

        foreach (BlockDistillation user in (ReadOnlySpan<BlockDistillation>)[pair.A, pair.B])
        {
            Assert.Equal(DistillationPhase.List, user.Phase);
            Assert.Contains($"first differing part: {part}", user.Remark, StringComparison.Ordinal);
        }

        Assert.Empty(pair.AtHub);
    }

    /// <summary>Part 1 of the third tag, from the messages.</summary>
    private static byte[] Reconciliation(DistillationPair pair)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write((long)pair.B.SiftedBits);
        writer.Write((long)pair.Request.FrameLength);
        writer.Write(pair.B.LeakEc);
        foreach (FrameRequest frame in pair.Request.Frames)
        {
            foreach (long number in (ReadOnlySpan<long>)[frame.Code, 1, 0, 1, 1])
            {
                writer.Write(number);
            }

            foreach (bool ofA in (ReadOnlySpan<bool>)[true, false])
            {
                FrameSyndrome syndrome = pair.AtHub
                    .Where(sent => sent.OfA == ofA && sent.Message.BodyCase == NodeMessage.BodyOneofCase.Syndromes)
                    .SelectMany(sent => sent.Message.Syndromes.Frames)
                    .Single(item => item.Frame == frame.Frame);
                writer.Write((long)syndrome.Syndrome.Length);
                writer.Write(syndrome.Syndrome.Span);
            }

            writer.Write(0L);
        }

        writer.Flush();
        return bytes.ToArray();
    }
}
