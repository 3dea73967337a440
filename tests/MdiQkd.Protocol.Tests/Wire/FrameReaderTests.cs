using CsCheck;
using MdiQkd.Wire;

namespace MdiQkd.Protocol.Tests.Wire;

public sealed class FrameReaderTests
{
    public static TheoryData<string> Names => [.. WireVectors.Frames.Keys];

    [Fact]
    public void Checksums_are_those_of_the_standard()
    {
        // Check value of the CRC catalogue, and RFC 3720, appendix B.4.
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8.ToArray(), 0, 9));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32], 0, 32));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xFF, 32)], 0, 32));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0, 32));
        Assert.Equal(0u, Crc32C.Compute([], 0, 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_is_incomplete(string name)
    {
        byte[] frame = WireVectors.Frames[name];
        for (int length = 0; length < frame.Length; length++)
        {
            FrameReader reader = Fed(frame.AsSpan(0, length));
            Assert.Equal(WireError.Incomplete, reader.Next());
            Assert.Equal(length > 0, reader.IsMidFrame);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_single_bit_flip_is_refused_and_the_next_frame_is_found(string name)
    {
        byte[] sound = WireVectors.Frames["HeartbeatReply"];
        byte[] frame = WireVectors.Frames[name];
        for (int bit = 0; bit < 8 * frame.Length; bit++)
        {
            byte[] damaged = [.. frame, .. sound];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            List<byte[]> found = [];
            FrameReader reader = Fed(damaged);
            Assert.NotEqual(WireError.None, Drain(reader, found));
            Assert.Equal(sound, Assert.Single(found));
        }
    }

    [Fact]
    public void Bytes_one_by_one_give_the_same_frames()
    {
        byte[] stream = [.. WireVectors.Frames.Values.SelectMany(frame => frame)];
        List<byte[]> found = [];
        FrameReader reader = new(WireProtocol.PayloadBytesMax);
        foreach (byte b in stream)
        {
            reader.Buffer[reader.End] = b;
            reader.Commit(1);
            Drain(reader, found);
        }

        Assert.Equal(WireVectors.Frames.Values, found);
        Assert.Equal(0, reader.DiscardedBytes);
    }

    [Fact]
    public void Lost_added_and_changed_bytes_cost_the_frames_that_they_touch_and_no_other()
    {
        byte[][] golden = [.. WireVectors.Frames.Values];
        Gen<(int Frame, int Kind, int Position, byte Value)> damages =
            Gen.Select(Gen.Int[0, 59], Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Byte, (f, k, p, v) => (f, k, p, v));
        Gen.Select(Gen.Int[0, golden.Length - 1].Array[60], damages.Array[0, 12], Gen.Int[1, 400]).Sample(
            (choice, hits, chunk) =>
            {
                List<byte>[] frames = [.. choice.Select(i => golden[i].ToList())];
                HashSet<int> touched = [];
                foreach ((int index, int kind, int position, byte value) in hits)
                {
                    touched.Add(index);
                    Damage(frames[index], kind, position, value);
                }

                byte[][] expected = [.. choice.Where((_, i) => !touched.Contains(i)).Select(i => golden[i])];
                List<byte[]> found = Feed([.. frames.SelectMany(frame => frame)], chunk);

                // A damaged frame may by chance be whole again (a byte changed to itself), so expected is a subsequence of found.
                int at = 0;
                foreach (byte[] frame in found)
                {
                    Assert.Contains(golden, g => g.AsSpan().SequenceEqual(frame));
                    at += at < expected.Length && expected[at].AsSpan().SequenceEqual(frame) ? 1 : 0;
                }

                Assert.Equal(expected.Length, at);
            },
            seed: "0000wire0002", iter: 1500, threads: 1);
    }

    [Fact]
    public void Garbage_is_reported_once_and_counted()
    {
        byte[] sound = WireVectors.Frames["HeartbeatReply"];
        byte[] noise = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 7))];
        FrameReader reader = Fed([.. noise, .. sound, .. noise]);

        Assert.Equal(WireError.Garbage, reader.Next());
        Assert.Equal(WireError.None, reader.Next());
        Assert.Equal(WireError.Garbage, reader.Next());
        Assert.Equal(WireError.Incomplete, reader.Next());
        Assert.Equal(600 - (reader.End), reader.DiscardedBytes);
    }

    [Fact]
    public void Another_version_names_itself()
    {
        byte[] frame = Resealed(WireVectors.Frames["HeartbeatRequest"], 2, 9);
        FrameReader reader = Fed([.. frame, .. WireVectors.Frames["HealthRequest"]]);

        Assert.Equal(WireError.UnsupportedVersion, reader.Next());
        Assert.Equal((9, MessageType.HeartbeatRequest, 13), (reader.Header.Version, reader.Header.Type, reader.Header.RequestId));
        List<byte[]> found = [];
        Drain(reader, found);
        Assert.Single(found);
    }

    [Fact]
    public void A_reserved_field_that_is_not_zero_is_a_bad_header() =>
        Assert.Equal(WireError.BadHeader, Fed(Resealed(WireVectors.Frames["HealthRequest"], 10, 1)).Next());

    [Fact]
    public void An_oversized_frame_is_refused_before_its_payload_comes()
    {
        byte[] frame = new byte[Frame.HeaderBytes + 65];
        Frame.Seal(frame, 0, MessageType.HelloRequest, 0, 1, 65);
        FrameReader reader = new(WireProtocol.RequestPayloadBytesMax);
        frame.AsSpan(0, Frame.HeaderBytes).CopyTo(reader.Buffer);
        reader.Commit(Frame.HeaderBytes);

        Assert.Equal(WireError.Oversized, reader.Next());
        Assert.Equal(65u, reader.Header.PayloadBytes);
    }

    [Fact]
    public void A_frame_that_stops_is_given_up_and_what_follows_is_found()
    {
        byte[] sound = WireVectors.Frames["HealthRequest"];
        FrameReader reader = Fed([.. WireVectors.Frames["HelloReply"].AsSpan(0, 60), .. sound]);
        Assert.Equal(WireError.Incomplete, reader.Next());

        Assert.True(reader.Abandon());
        List<byte[]> found = [];
        Drain(reader, found);
        Assert.Equal(sound, Assert.Single(found));
        Assert.False(reader.Abandon());
        Assert.Equal(60, reader.DiscardedBytes);
    }

    [Fact]
    public void A_reset_forgets_half_a_frame()
    {
        FrameReader reader = Fed(WireVectors.Frames["HelloReply"].AsSpan(0, 60));
        reader.Next();
        reader.Reset();

        Assert.False(reader.IsMidFrame);
        Assert.Equal(WireError.Incomplete, reader.Next());
    }

    [Fact]
    public void There_is_room_whenever_more_is_needed()
    {
        FrameReader reader = new(WireProtocol.RequestPayloadBytesMax);
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            int count = Math.Min(reader.Room, 1 + random.Next(40));
            Assert.True(count > 0);
            Span<byte> bytes = reader.Buffer.AsSpan(reader.End, count);
            random.NextBytes(bytes);
            bytes[0] = Frame.Sync0;
            reader.Commit(count);
            Drain(reader, []);
        }
    }

    [Fact]
    public void Sealing_refuses_what_no_receiver_takes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Frame.Seal(new byte[99], 0, MessageType.TagBlock, 0, 0, 16_361, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Frame.Seal(new byte[99], 0, MessageType.TagBlock, 0, 65_536, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameReader(64).Commit(177));
    }

    [Fact]
    public void Reading_frames_allocates_nothing()
    {
        byte[] stream = [.. WireVectors.Frames.Values.SelectMany(frame => frame)];
        FrameReader reader = new(WireProtocol.PayloadBytesMax);
        int frames = 0;
        long before = 0;
        for (int round = 0; round < 200; round++)
        {
            if (round == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            stream.CopyTo(reader.Buffer, reader.End);
            reader.Commit(stream.Length);
            while (reader.Next() != WireError.Incomplete)
            {
                frames++;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200 * WireVectors.Frames.Count, frames);
    }

    private static FrameReader Fed(ReadOnlySpan<byte> bytes)
    {
        FrameReader reader = new(WireProtocol.PayloadBytesMax);
        bytes.CopyTo(reader.Buffer);
        reader.Commit(bytes.Length);
        return reader;
    }

    private static byte[] Resealed(byte[] frame, int offset, byte value)
    {
        byte[] changed = [.. frame];
        changed[offset] = value;
        LittleEndian.PutUInt32(changed, 20, Crc32C.Compute(changed, 0, 20));
        return changed;
    }

    private static List<byte[]> Feed(byte[] stream, int chunk)
    {
        List<byte[]> found = [];
        FrameReader reader = new(WireProtocol.PayloadBytesMax);
        for (int at = 0; at < stream.Length; at += chunk)
        {
            int count = Math.Min(chunk, stream.Length - at);
            stream.AsSpan(at, count).CopyTo(reader.Buffer.AsSpan(reader.End));
            reader.Commit(count);
            Drain(reader, found);
        }

        while (reader.Abandon())
        {
            Drain(reader, found);
        }

        return found;
    }

    /// <summary>Collects frames; yields the first result that was not None.</summary>
    private static WireError Drain(FrameReader reader, List<byte[]> found)
    {
        WireError first = WireError.None;
        WireError error;
        while ((error = reader.Next()) != WireError.Incomplete)
        {
            if (error == WireError.None)
            {
                found.Add(reader.Buffer[(reader.PayloadOffset - Frame.HeaderBytes)..(reader.PayloadOffset + reader.PayloadCount)]);
            }
            else if (first == WireError.None)
            {
                first = error;
            }
        }

        return first;
    }

    private static void Damage(List<byte> frame, int kind, int position, byte value)
    {
        if (frame.Count == 0)
        {
            return;
        }

        position %= frame.Count;
        switch (kind)
        {
            case 0:
                frame.RemoveAt(position);
                break;
            case 1:
                frame.Insert(position, value);
                break;
            case 2:
                frame[position] = value;
                break;
            default:
                frame.RemoveRange(position, frame.Count - position);
                break;
        }
    }
}
