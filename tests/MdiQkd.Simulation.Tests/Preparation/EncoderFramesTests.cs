using CsCheck;
using MdiQkd.Preparation;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Tests.Preparation;

public sealed class EncoderFramesTests
{
    private static readonly SessionId Session = SessionId.Parse("000102030405060708090a0b0c0d0e0f");

    private static readonly SessionLight Light = new(
        Session,
        0x0102030405060708,
        0x1122334455,
        new SlotTiming(5000, 2500, 500),
        new SourceSettings(561000, 136000, 49000, 46072, 4588, 13042),
        new PilotPattern(1024, 4),
        IsReference: true);

    private static readonly byte[] Key = [.. Enumerable.Range(0xA0, 32).Select(i => (byte)i)];

    public static TheoryData<EncoderMessage, string> Golden => new()
    {
        { new EncoderHello(2), "07000000" + "01" + "4d51454e" + "0200" },
        {
            new ArmCommand(Light, Key),
            "6e000000" + "10" + "000102030405060708090a0b0c0d0e0f" + "0807060504030201" + "5544332211000000"
            + "88130000" + "c4090000" + "f4010000" + "688f0800" + "40130200" + "68bf0000"
            + "f8b30000" + "ec110000" + "f2320000" + "00040000" + "04000000" + "01"
            + "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
        },
        {
            new EmitCommand(Session, 0x0A0B0C0D),
            "19000000" + "11" + "000102030405060708090a0b0c0d0e0f" + "0d0c0b0a00000000"
        },
        { new StopCommand(Session), "11000000" + "12" + "000102030405060708090a0b0c0d0e0f" },
        { new ArmedReply(Session), "11000000" + "20" + "000102030405060708090a0b0c0d0e0f" },
        { new RefusedReply(Session, "no"), "14000000" + "21" + "000102030405060708090a0b0c0d0e0f" + "02" + "6e6f" },
        {
            new AlignCommand(new LightAlignment(-2000, 200_000, 1047)), "0d000000" + "13" + "30f8ffff" + "400d0300" + "17040000"
        },
        {
            new AlignedReply(new AlignmentReport(new LightAlignment(1, -2, 3), 0x0A0B0C0D)),
            "15000000" + "23" + "01000000" + "feffffff" + "03000000" + "0d0c0b0a00000000"
        },
        {
            new ProgressReport(new EncoderProgress(Session, 7, true, "cut")),
            "1e000000" + "22" + "000102030405060708090a0b0c0d0e0f" + "0700000000000000" + "01" + "03" + "637574"
        },
    };

    [Theory]
    [MemberData(nameof(Golden), DisableDiscoveryEnumeration = true)]
    public void Golden_frames(EncoderMessage message, string hex)
    {
        byte[] frame = new byte[EncoderFrames.FrameMax];
        int length = EncoderFrames.Write(message, frame);
        Assert.Equal(hex, Convert.ToHexStringLower(frame.AsSpan(0, length)));
        Assert.Equal(EncoderFrameError.None, EncoderFrames.Read(frame.AsSpan(0, length), out EncoderMessage? back, out int consumed));
        Assert.Equal(length, consumed);
        AssertEqual(message, back!);
    }

    [Theory]
    [MemberData(nameof(Golden), DisableDiscoveryEnumeration = true)]
    public void Truncated_frames_are_incomplete_and_a_wrong_length_is_named(EncoderMessage message, string hex)
    {
        _ = message;
        byte[] frame = Convert.FromHexString(hex);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.Equal(EncoderFrameError.Incomplete, EncoderFrames.Read(frame.AsSpan(0, length), out _, out _));
        }

        byte[] shorter = frame[..^1];
        shorter[0]--;
        Assert.True(EncoderFrames.Read(shorter, out _, out _) is EncoderFrameError.BodyLength or EncoderFrameError.Field);
        byte[] longer = [.. frame, 0];
        longer[0]++;
        Assert.True(EncoderFrames.Read(longer, out _, out _) is EncoderFrameError.BodyLength or EncoderFrameError.Field);
    }

    [Theory]
    [InlineData("00000000", EncoderFrameError.Length)]
    [InlineData("01040000", EncoderFrameError.Length)]
    [InlineData("ffffffff", EncoderFrameError.Length)]
    [InlineData("0100000000", EncoderFrameError.Type)]
    [InlineData("0100000024", EncoderFrameError.Type)]
    [InlineData("0d000000131127000000000000" + "00000000", EncoderFrameError.Field)]
    [InlineData("07000000014d51454f0100", EncoderFrameError.Field)]
    [InlineData("1900000011000102030405060708090a0b0c0d0e0f00000000000000ff", EncoderFrameError.Field)]
    [InlineData("1b00000022000102030405060708090a0b0c0d0e0f07000000000000000200", EncoderFrameError.Field)]
    [InlineData("1b00000022000102030405060708090a0b0c0d0e0f07000000000000000101", EncoderFrameError.Field)]
    public void Damage_is_named(string hex, EncoderFrameError expected) =>
        Assert.Equal(expected, EncoderFrames.Read(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void An_arm_with_a_fault_in_its_settings_is_refused()
    {
        byte[] frame = new byte[EncoderFrames.FrameMax];
        SessionLight wrong = Light with { Source = Light.Source with { WMicro = 200000 } };
        int length = EncoderFrames.Write(new ArmCommand(wrong, Key), frame);
        Assert.Equal(EncoderFrameError.Field, EncoderFrames.Read(frame.AsSpan(0, length), out _, out _));
    }

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            if (bytes.Length > 4)
            {
                bytes[1] = bytes[2] = bytes[3] = 0;
                bytes[4] = (byte)(bytes[4] % 0x25);
            }

            EncoderFrameError error = EncoderFrames.Read(bytes, out EncoderMessage? message, out int consumed);
            return (error == EncoderFrameError.None) == (message is not null && consumed > 0);
        }, iter: 20000);

    [Fact]
    public void A_long_reason_is_cut_at_a_character()
    {
        byte[] frame = new byte[EncoderFrames.FrameMax];
        int length = EncoderFrames.Write(new RefusedReply(Session, new string('€', 300)), frame);
        Assert.Equal(EncoderFrameError.None, EncoderFrames.Read(frame.AsSpan(0, length), out EncoderMessage? back, out _));
        Assert.Equal(new string('€', 85), Assert.IsType<RefusedReply>(back).Reason);
    }

    [Fact]
    public void The_text_of_an_arm_holds_no_key() =>
        Assert.DoesNotContain("a0a1a2", new ArmCommand(Light, Key).ToString(), StringComparison.OrdinalIgnoreCase);

    private static void AssertEqual(EncoderMessage expected, EncoderMessage actual)
    {
        if (expected is ArmCommand arm)
        {
            ArmCommand other = Assert.IsType<ArmCommand>(actual);
            Assert.Equal(arm.Light, other.Light);
            Assert.Equal(arm.StateKey, other.StateKey);
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }
}
