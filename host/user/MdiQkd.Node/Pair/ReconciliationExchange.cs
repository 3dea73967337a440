using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <summary>
/// One user's half of offloaded reconciliation (PROTOCOL 5): serves the hub's requests for syndromes within the cap on the
/// leak, keeps what both users disclosed for the third tag, and collects the error pattern. It trusts the hub with nothing:
/// a wrong pattern fails verification.
/// </summary>
internal sealed class ReconciliationExchange
{
    private readonly BlockPlan plan;
    private readonly bool isReference;
    private readonly SecretBits key;
    private readonly int bits;
    private readonly CodeBook codes;
    private FrameState[] frames = [];

    /// <summary>Prepares the exchange.</summary>
    /// <param name="plan">The block.</param>
    /// <param name="isReference">Whether this user is A.</param>
    /// <param name="key">Sifted bits, LSB first, owned by the caller.</param>
    /// <param name="codes">The codes that both users and the hub know.</param>
    public ReconciliationExchange(BlockPlan plan, bool isReference, SecretBits key, CodeBook codes)
    {
        this.plan = plan;
        this.isReference = isReference;
        this.key = key;
        bits = key.BitCount;
        this.codes = codes;
        Pattern = new ulong[(bits + 63) / 64];
    }

    /// <summary>Bits of a frame; 0 until the hub asked first.</summary>
    public int FrameLength { get; private set; }

    /// <summary>Error pattern of the whole sifted key, LSB first; complete when <see cref="IsResolved"/>.</summary>
    public ulong[] Pattern { get; }

    /// <summary>Whether every frame has a pattern or was disclosed.</summary>
    public bool IsResolved => frames.Length > 0 && frames.All(frame => frame.Resolved);

    /// <summary>Errors in the pattern so far.</summary>
    public long Errors => Pattern.Sum(word => (long)BitOperations.PopCount(word));

    /// <summary>Bits disclosed about A's string so far.</summary>
    public long LeakEc
    {
        get
        {
            LeakTally tally = new();
            foreach (FrameState frame in frames)
            {
                if (frame.Disclosed)
                {
                    tally.AddFailed(frame.Code!, frame.Place.RealBits);
                }
                else if (frame.Rounds > 0)
                {
                    tally.AddCorrected(frame.Code!, frame.Rounds, frame.Place.RealBits);
                }
            }

            return tally.Bits;
        }
    }

    private long LeakMax => (long)Math.Floor(plan.LeakCapPerBit * bits);

    /// <summary>Answers a request of the hub.</summary>
    /// <param name="request">Frames, codes, rounds, and frames to disclose.</param>
    /// <param name="syndromes">This user's syndromes.</param>
    /// <param name="disclosed">At A: the failed frames.</param>
    /// <returns>Why the block is given up, or null; nothing leaves the node in the former case.</returns>
    public Fault? Serve(SyndromeRequest request, out SyndromeSet syndromes, out List<FrameBits> disclosed)
    {
        syndromes = new SyndromeSet { Block = request.Block };
        disclosed = [];
        if (Prepare(request.FrameLength) is { } refused)
        {
            return refused;
        }

        // First the books, then the bits: a request beyond the cap is refused whole.
        foreach (FrameRequest item in request.Frames)
        {
            if (item.Frame < 0 || item.Frame >= frames.Length)
            {
                return Broken($"syndrome of frame {item.Frame} of {frames.Length}");
            }

            FrameState frame = frames[item.Frame];
            if (!codes.TryFind(item.Code, out ReconciliationCode? code) || code.Length != frame.Place.Length
                || (frame.Code is not null && frame.Code.Id != code.Id) || item.Round != frame.Rounds || item.Round >= code.Rounds
                || frame.Disclosed)
            {
                return Broken($"frame {item.Frame}: code {item.Code}, round {item.Round} is out of order");
            }

            frame.Code = code;
            frame.Rounds++;
        }

        foreach (int index in request.Failed)
        {
            if (index < 0 || index >= frames.Length || frames[index].Rounds == 0 || frames[index].Disclosed)
            {
                return Broken($"disclosure of frame {index} is out of order");
            }

            frames[index].Disclosed = true;
        }

        if (LeakEc > LeakMax)
        {
            return new Fault(
                AbortReason.LeakAboveCap,
                $"the hub asks for {LeakEc} bits of {bits}; the cap is {LeakMax} (f {plan.EfficiencyCapMilli}e-3 at QBER {plan.QberCapMicro}e-6)");
        }

        foreach (FrameRequest item in request.Frames)
        {
            syndromes.Frames.Add(Form(item));
        }

        if (isReference)
        {
            disclosed.AddRange(request.Failed.Select(index => Disclose(request.Block, index)));
        }

        return null;
    }

    /// <summary>The peer's syndromes, as the hub passes them on.</summary>
    public Fault? OnPeerSyndromes(SyndromeSet set)
    {
        foreach (FrameSyndrome item in set.Frames)
        {
            if (item.Frame < 0 || item.Frame >= frames.Length || item.Round != frames[item.Frame].Theirs.Count
                || item.Round >= frames[item.Frame].Rounds || item.Syndrome.Length != frames[item.Frame].Own[item.Round].Length)
            {
                return Broken($"peer's syndrome of frame {item.Frame}, round {item.Round} is out of order");
            }

            frames[item.Frame].Theirs.Add(item.Syndrome.ToByteArray());
        }

        return null;
    }

    /// <summary>Error patterns from the hub; whether they are right is for verification to find out.</summary>
    public Fault? OnPatterns(ErrorPatterns patterns)
    {
        foreach (FramePattern item in patterns.Frames)
        {
            if (item.Frame < 0 || item.Frame >= frames.Length || frames[item.Frame].Resolved || frames[item.Frame].Rounds == 0
                || !Store(item.Frame, item.Pattern.Span))
            {
                return Broken($"error pattern of frame {item.Frame} is out of place");
            }
        }

        return null;
    }

    /// <summary>A failed frame of the peer (B) in clear: the pattern is the difference to the own bits.</summary>
    public Fault? OnPeerFrame(FrameBits message)
    {
        int index = message.Frame;
        if (isReference || index < 0 || index >= frames.Length || !frames[index].Disclosed || frames[index].Resolved
            || !Store(index, message.Bits.Span))
        {
            return Broken($"disclosed frame {index} is out of place");
        }

        frames[index].Bits = message.Bits.ToByteArray();
        Span<ulong> words = Words(frames[index].Place, Pattern);
        ReadOnlySpan<ulong> own = Words(frames[index].Place, key.Words);
        for (int word = 0; word < words.Length; word++)
        {
            words[word] ^= own[word];
        }

        return null;
    }

    /// <summary>Digest of the error pattern, part of the third tag.</summary>
    public byte[] PatternDigest() => SHA256.HashData(MemoryMarshal.AsBytes(Pattern.AsSpan()));

    /// <summary>Codes, rounds, syndromes of A and of B, and disclosed frames, as they enter the third tag.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Content()
    {
        List<ReadOnlyMemory<byte>> pieces = [];
        pieces.Add(Numbers(bits, FrameLength, LeakEc));
        foreach (FrameState frame in frames)
        {
            List<byte[]> ofA = isReference ? frame.Own : frame.Theirs;
            List<byte[]> ofB = isReference ? frame.Theirs : frame.Own;
            pieces.Add(Numbers(frame.Code?.Id ?? -1, frame.Rounds, frame.Disclosed ? 1 : 0, ofA.Count, ofB.Count));
            foreach (byte[] syndrome in ofA.Concat(ofB))
            {
                pieces.Add(Numbers(syndrome.Length));
                pieces.Add(syndrome);
            }

            pieces.Add(Numbers(frame.Bits.Length));
            pieces.Add(frame.Bits);
        }

        return pieces;
    }

    private Fault? Prepare(int frameLength)
    {
        if (FrameLength != 0)
        {
            return frameLength == FrameLength ? null : Broken($"frame length {frameLength} after {FrameLength}");
        }

        if (!codes.Lengths.Contains(frameLength))
        {
            return Broken($"no code has frames of {frameLength} bits");
        }

        FrameLength = frameLength;
        frames = [.. FramePlan.Cut(bits, frameLength, codes).Select(frame => new FrameState(frame))];
        return null;
    }

    private FrameSyndrome Form(FrameRequest item)
    {
        FrameState frame = frames[item.Frame];
        ReconciliationCode code = frame.Code!;
        ulong[] syndrome = new ulong[(code.SyndromeLength(item.Round + 1) - code.SyndromeLength(item.Round)) / 64];
        Span<ulong> own = Words(frame.Place, key.Words);
        if (own.Length == code.Length / 64)
        {
            SyndromeFormer.Form(code, item.Round + 1, own, syndrome);
        }
        else
        {
            // The last frame is filled up with public zeros.
            using SecretBits filled = new(code.Length);
            own.CopyTo(filled.Words);
            SyndromeFormer.Form(code, item.Round + 1, filled.Words, syndrome);
        }

        byte[] bytes = MemoryMarshal.AsBytes(syndrome.AsSpan()).ToArray();
        frame.Own.Add(bytes);
        return new FrameSyndrome { Frame = item.Frame, Round = item.Round, Syndrome = UnsafeByteOperations.UnsafeWrap(bytes) };
    }

    private FrameBits Disclose(ByteString block, int index)
    {
        byte[] bytes = MemoryMarshal.AsBytes(Words(frames[index].Place, key.Words))[..((frames[index].Place.RealBits + 7) / 8)].ToArray();
        frames[index].Bits = bytes;
        return new FrameBits { Block = block, Frame = index, Bits = UnsafeByteOperations.UnsafeWrap(bytes) };
    }

    private bool Store(int index, ReadOnlySpan<byte> bytes)
    {
        int real = frames[index].Place.RealBits;
        if (bytes.Length != (real + 7) / 8 || (real % 8 != 0 && bytes[^1] >> (real % 8) != 0))
        {
            return false;
        }

        bytes.CopyTo(MemoryMarshal.AsBytes(Words(frames[index].Place, Pattern)));
        frames[index].Resolved = true;
        return true;
    }

    private static Span<ulong> Words(Frame place, Span<ulong> whole) =>
        whole.Slice((int)(place.Offset / 64), (place.RealBits + 63) / 64);

    private static byte[] Numbers(params ReadOnlySpan<long> numbers)
    {
        byte[] bytes = new byte[8 * numbers.Length];
        for (int index = 0; index < numbers.Length; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * index), numbers[index]);
        }

        return bytes;
    }

    private static Fault Broken(string detail) => new(AbortReason.HubRuleBroken, detail);

    private sealed class FrameState(Frame place)
    {
        public Frame Place { get; } = place;

        public ReconciliationCode? Code { get; set; }

        public int Rounds { get; set; }

        public bool Disclosed { get; set; }

        public bool Resolved { get; set; }

        public List<byte[]> Own { get; } = [];

        public List<byte[]> Theirs { get; } = [];

        public byte[] Bits { get; set; } = [];
    }
}
