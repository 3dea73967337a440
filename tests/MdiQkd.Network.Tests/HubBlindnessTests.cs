using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using MdiQkd.Hub.Pair;
using MdiQkd.Network.Tests.Blindness;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Testing;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 8: what the hub receives, sends and logs says nothing about the key beyond the counted leak.</summary>
public class HubBlindnessTests
{
    /// <summary>
    /// Which frame is hard to decode, and how many rounds do not suffice: 3 of 3 means that A discloses it whole. The default
    /// block has two whole frames (0, 1) and a short one (2); the one with a frame disclosed is longer by a whole frame.
    /// </summary>
    public static TheoryData<int, int> HardFrames() => new() { { -1, 0 }, { 1, 2 }, { 3, 3 } };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void The_detector_finds_a_planted_window_at_any_bit_offset_and_no_shorter_one(int offset)
    {
        Random random = new(1);
        ulong[] secret = new ulong[64];
        byte[] capture = new byte[4096];
        random.NextBytes(MemoryMarshal.AsBytes(secret.AsSpan()));
        random.NextBytes(capture);
        WindowDetector detector = new WindowDetector().Add("secret", secret, 64 * secret.Length);
        Assert.Null(detector.Find(capture));

        // 127 bits from bit 1001 on, with both neighbours wrong.
        int at = (8 * 100) + offset;
        Plant(capture, at, secret, 1001, WindowDetector.WindowBits - 1, complement: false);
        SetBit(capture, at - 1, 1 ^ BitOf(secret, 1000));
        SetBit(capture, at + 127, 1 ^ BitOf(secret, 1128));
        Assert.Null(detector.Find(capture));
        SetBit(capture, at + 127, BitOf(secret, 1128));
        Assert.Contains("from bit 1001", detector.Find(capture), StringComparison.Ordinal);

        random.NextBytes(capture);
        Plant(capture, (8 * capture.Length) - WindowDetector.WindowBits - offset, secret, 77, WindowDetector.WindowBits, complement: true);
        Assert.Contains("complement", detector.Find(capture), StringComparison.Ordinal);

        random.NextBytes(capture);
        for (int bit = 0; bit < WindowDetector.WindowBits; bit++)
        {
            SetBit(capture, (at + bit) ^ 7, BitOf(secret, 500 + bit));
        }

        Assert.Contains("most significant bit first", detector.Find(capture), StringComparison.Ordinal);
    }

    /// <remarks>Keys are delivered to applications too, so that what two key managements say passes the hub as well.</remarks>
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(3, 3)]
    public async Task No_window_of_128_undisclosed_bits_passes_the_hub(int hardFrame, int rounds)
    {
        using InMemoryNetwork network = Network(hardFrame, rounds);
        CapturedStates states = CapturedStates.Of(network);
        network.Connect().RunBlock();
        network.AssertKeyAtBoth();
        network.Settle();
        using RelayedKeys keys = new(network);
        IReadOnlyList<byte[]> delivered = await keys.DeliverAllAsync();
        Assert.InRange(256 * delivered.Count, network.Alice.Report!.SecretBits - 1024, network.Alice.Report.SecretBits);

        WindowDetector detector = new();
        WindowDetector control = new();
        int[] zz = states.ZzEvents();
        IReadOnlyList<FrameDisclosure> frames = FrameDisclosure.Of(network, zz.Length);
        foreach ((string user, IReadOnlyList<byte> own) in ((string, IReadOnlyList<byte>)[])[("A", states.A), ("B", states.B)])
        {
            ulong[] sifted = CapturedStates.Bits(zz.Select(index => own[index]));
            byte[] packed = [.. own];
            detector.Add($"states of {user}", Words(packed), 8 * packed.Length);
            Add(detector, $"bits of {user}", own);
            Add(detector, $"undisclosed bits of {user}", [.. own.Where(state => !CapturedStates.IsX(state))]);
            Add(control, $"X bits of {user}", [.. own.Where(CapturedStates.IsX)]);
            foreach (FrameDisclosure frame in frames)
            {
                (frame.Whole is null ? detector : control).Add(
                    $"frame at {frame.Place.Offset} of {user}", frame.Of(sifted), frame.Place.RealBits);
            }
        }

        foreach (byte[] key in delivered)
        {
            detector.Add("a key", Words(key), 8 * key.Length);
        }

        Assert.All(network.Seen, seen => Assert.Null(detector.Find(seen.Bytes)));

        // What is disclosed on purpose is found in the same bytes, so the search above is not blind itself.
        string[] found = [.. network.Seen.Select(seen => control.Find(seen.Bytes)).OfType<string>()];
        Assert.Contains(found, text => text.Contains("X bits of A", StringComparison.Ordinal));
        Assert.Contains(found, text => text.Contains("X bits of B", StringComparison.Ordinal));
        Assert.Equal(hardFrame >= 0, found.Any(text => text.Contains("frame at 196608 of", StringComparison.Ordinal)));
    }

    /// <summary>
    /// The same events twice. The second time a codeword of each frame's code (of all its rounds) is added to both sifted
    /// strings, and all other bits that are never disclosed (of z and o events outside the sifted strings) are drawn anew. Frames
    /// that A discloses whole stay as they are.
    /// </summary>
    /// <remarks>
    /// Everything at the hub must be the same but for four fields, each of which does depend on the strings:
    /// B's verification tag, ⌈log₂(1/ε_cor)⌉ bits about y′, paid for in the constant of the key length;
    /// the digest of the verification message, a function of that message, which the hub has (checked here);
    /// the two third tags, which cover the verification tag: the hash is hidden by a pad that is used once, so that they are
    /// uniform and independent of all else for whoever lacks the pad;
    /// what is sealed under the new root of the channel, 32 bytes of the new key that no application gets: computational.
    /// All seeds, the first and second tags, "stored" and what is sealed under earlier roots are compared.
    /// </remarks>
    [Theory]
    [MemberData(nameof(HardFrames))]
    public void Adding_a_codeword_to_both_strings_changes_nothing_at_the_hub(int hardFrame, int rounds)
    {
        using InMemoryNetwork first = Network(hardFrame, rounds);
        CapturedStates states = CapturedStates.Of(first);
        first.Connect().RunBlock();
        first.AssertKeyAtBoth();
        (byte[] flipsOfA, byte[] flipsOfB) = Flips(states, FrameDisclosure.Of(first, states.ZzEvents().Length));

        using InMemoryNetwork second = Network(hardFrame, rounds);
        CapturedStates changed = CapturedStates.Of(second, (offset, a, b) =>
        {
            for (int index = 0; index < a.Length; index++)
            {
                a[index] ^= flipsOfA[offset + index];
                b[index] ^= flipsOfB[offset + index];
            }
        });
        second.Connect().RunBlock();

        // Half of all bits differ, less the X bits (a sixth) and a frame disclosed whole (a tenth).
        Assert.InRange(states.A.Zip(changed.A).Count(pair => pair.First != pair.Second), states.Events / 3, states.Events / 2);
        Assert.Equal(first.Alice.Report, second.Alice.Report);
        Assert.Equal(first.Bob.Report, second.Bob.Report);
        first.Settle();
        second.Settle();
        Assert.Equal(first.HubLog.Lines, second.HubLog.Lines);
        Assert.Equal(first.Seen.Count, second.Seen.Count);
        HubView one = new(first.Alice.Report!.BlockId);
        HubView other = new(first.Alice.Report.BlockId);
        for (int index = 0; index < first.Seen.Count; index++)
        {
            byte[] bytes = one.Take(first.Seen[index].Received, first.Seen[index].Bytes);
            Assert.Equal((first.Seen[index].Node, first.Seen[index].Received), (second.Seen[index].Node, second.Seen[index].Received));
            Assert.True(
                bytes.AsSpan().SequenceEqual(other.Take(second.Seen[index].Received, second.Seen[index].Bytes)),
                $"message {index}, {first.Seen[index].Node}, differs");
        }

        // No exemption is broader than it has to be: each field left out differs. Each is seen twice, from and to the hub.
        Assert.Equal(one.Exempt.Select(field => field.Name), other.Exempt.Select(field => field.Name));
        Assert.All(one.Exempt.Zip(other.Exempt), pair => Assert.NotEqual(pair.First.Value, pair.Second.Value));
        Assert.Equal(2, one.Exempt.Count(field => field.Name == "verification tag"));
        Assert.Equal(2, one.Exempt.Count(field => field.Name == "digest of the verification"));
        Assert.Equal(4, one.Exempt.Count(field => field.Name == "third tag"));
        Assert.Contains(one.Exempt, field => field.Name == "sealed under the new key");
    }

    /// <remarks>
    /// The rank is found by elimination of the single checks over the single bits, so it needs no theory of the code. That the
    /// syndromes sent are these checks of the string is compared bit by bit; that nothing else depends on the string is what
    /// the test above shows.
    /// </remarks>
    [Theory]
    [MemberData(nameof(HardFrames))]
    public void The_rank_of_all_linear_disclosures_is_the_reported_leak(int hardFrame, int rounds)
    {
        using InMemoryNetwork network = Network(hardFrame, rounds);
        CapturedStates states = CapturedStates.Of(network);
        network.Connect().RunBlock();
        network.AssertKeyAtBoth();
        int[] zz = states.ZzEvents();
        ulong[] x = CapturedStates.Bits(zz.Select(index => states.A[index]));
        ulong[] y = CapturedStates.Bits(zz.Select(index => (byte)(states.B[index] ^ (1 << PreparedState.BitShift))));

        long rank = 0;
        IReadOnlyList<FrameDisclosure> frames = FrameDisclosure.Of(network, zz.Length);
        for (int index = 0; index < frames.Count; index++)
        {
            FrameDisclosure frame = frames[index];
            Assert.InRange(frame.OfA.Count, index == hardFrame ? Math.Min(rounds + 1, 3) : 1, 3);
            BitMatrix checks = new(frame.Code, frame.OfA.Count, frame.Place.RealBits);
            Assert.Equal(frame.OfA.SelectMany(round => round), checks.Of(frame.Of(x)));
            Assert.Equal(frame.OfB.SelectMany(round => round), checks.Of(Masked(frame.Of(y), frame.Place.RealBits)));
            Assert.Equal(index == hardFrame && rounds == 3, frame.Whole is not null);
            Assert.True(frame.Whole is null || frame.Whole.AsSpan().SequenceEqual(
                MemoryMarshal.AsBytes(frame.Of(x).AsSpan())[..((frame.Place.RealBits + 7) / 8)]));

            // The single bits of a frame disclosed whole span all its checks. B's syndromes are the same checks of x and of the
            // error pattern, which the argument gives to the hub.
            rank += frame.Whole is null ? checks.Rank() : frame.Place.RealBits;
        }

        Assert.DoesNotContain(network.SentBy(network.Bob), message => message.BodyCase == NodeMessage.BodyOneofCase.FrameBits);
        Assert.Equal(rank, network.Alice.Report!.LeakEc);
        Assert.Equal(rank, network.Bob.Report!.LeakEc);
    }

    private static InMemoryNetwork Network(int hardFrame, int rounds) =>
        new(rounds < 3 ? new NetworkSettings() : new NetworkSettings { EventsPerSession = 150_000 })
        {
            CanDecode = job => job.Frame != hardFrame || job.Rounds > rounds,
        };

    /// <summary>What to add to the packed states of both users, per event.</summary>
    private static (byte[] A, byte[] B) Flips(CapturedStates states, IReadOnlyList<FrameDisclosure> frames)
    {
        const byte Bit = 1 << PreparedState.BitShift;
        Random random = new(7);
        byte[] a = [.. states.A.Select(state => CapturedStates.IsX(state) ? (byte)0 : (byte)(random.Next(2) * Bit))];
        byte[] b = [.. states.B.Select(state => CapturedStates.IsX(state) ? (byte)0 : (byte)(random.Next(2) * Bit))];
        int[] zz = states.ZzEvents();
        foreach (FrameDisclosure frame in frames)
        {
            ulong[] codeword = frame.Whole is null
                ? new CodewordSampler(frame.Code, frame.Place.RealBits).Next(random)
                : new ulong[frame.Place.Length / 64];
            for (int bit = 0; bit < frame.Place.RealBits; bit++)
            {
                int place = zz[(int)frame.Place.Offset + bit];
                a[place] = b[place] = (byte)(BitOf(codeword, bit) * Bit);
            }
        }

        return (a, b);
    }

    private static void Add(WindowDetector detector, string name, IReadOnlyList<byte> states) =>
        detector.Add(name, CapturedStates.Bits(states), states.Count);

    private static ulong[] Words(ReadOnlySpan<byte> bytes)
    {
        ulong[] words = new ulong[(bytes.Length + 7) / 8];
        bytes.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }

    private static ulong[] Masked(ulong[] words, int bits)
    {
        words[^1] &= bits % 64 == 0 ? ulong.MaxValue : (1UL << (bits % 64)) - 1;
        return words;
    }

    private static void Plant(byte[] capture, int at, ulong[] secret, int from, int bits, bool complement)
    {
        for (int bit = 0; bit < bits; bit++)
        {
            SetBit(capture, at + bit, BitOf(secret, from + bit) ^ (complement ? 1 : 0));
        }
    }

    private static int BitOf(ulong[] words, int bit) => (int)(words[bit >> 6] >> (bit & 63)) & 1;

    private static void SetBit(byte[] bytes, int bit, int value) =>
        bytes[bit >> 3] = (byte)((bytes[bit >> 3] & ~(1 << (bit & 7))) | (value << (bit & 7)));
}
