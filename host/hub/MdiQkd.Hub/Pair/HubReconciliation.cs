using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Pair;

/// <summary>
/// Decodes the error pattern of a block for its two users: chooses codes from public data, asks for syndromes, asks for more
/// when decoding fails, and gives a frame up after the last round. It holds s_A, s_B and the pattern, never a key bit, but for
/// frames that A discloses whole.
/// </summary>
internal sealed class HubReconciliation : IDisposable
{
    /// <summary>Bits asked for at once, so that a large block neither floods the link nor starves other pairs.</summary>
    private const long BitsInFlightMax = 16 << 20;

    /// <summary>
    /// Bits asked for at once, as a multiple of those that the error rate was measured on: the short frames go first, so that
    /// the long ones, which cost most when they fail, are asked for with the right code.
    /// </summary>
    private const int InFlightPerMeasured = 4;

    /// <summary>A longer code wastes less, but a failed frame is lost whole: it must be a small part of the block.</summary>
    private const int FramesMin = 4;

    private readonly string pair;
    private readonly HubBlock block;
    private readonly CodeBook codes;
    private readonly QberEstimate estimate;
    private readonly DecodingTally tally;
    private readonly CancellationTokenSource over = new();
    private readonly Action<string, HubMessage> send;
    private readonly Action<DecodeJob> enqueue;
    private readonly FrameProgress[] frames;
    private readonly int frameLength;
    private int nextFrame;
    private long bitsInFlight;
    private bool probed;

    /// <summary>Plans the frames of a sifted block.</summary>
    public HubReconciliation(
        string pair,
        HubBlock block,
        CodeBook codes,
        QberEstimate estimate,
        DecodingTally tally,
        Action<string, HubMessage> send,
        Action<DecodeJob> enqueue)
    {
        this.pair = pair;
        this.block = block;
        this.codes = codes;
        this.estimate = estimate;
        this.tally = tally;
        this.send = send;
        this.enqueue = enqueue;
        int bits = block.Sift!.ZzCount;
        frameLength = codes.Lengths.Last(length => length == codes.Lengths[0] || bits >= FramesMin * length);
        frames = [.. FramePlan.Cut(bits, frameLength, codes).Select(frame => new FrameProgress(frame))];
        nextFrame = frames.Length - 1;
    }

    /// <summary>Asks for the first frames: a short one alone if the error rate is not known yet.</summary>
    public void Begin() => RequestMore();

    /// <summary>The block is over: frames that still wait are not decoded.</summary>
    public void Dispose()
    {
        over.Cancel();
        over.Dispose();
    }

    /// <summary>Syndromes of a user: passed on to the peer, decoded once both are here.</summary>
    public void OnSyndromes(string node, SyndromeSet set)
    {
        send(block.PeerOf(node), new HubMessage { Peer = node, Syndromes = set });
        foreach (FrameSyndrome item in set.Frames)
        {
            if (item.Frame < 0 || item.Frame >= frames.Length)
            {
                continue;
            }

            FrameProgress frame = frames[item.Frame];
            List<byte[]> side = node == block.Plan.A ? frame.OfA : frame.OfB;
            if (frame.Code is not null && item.Round == side.Count && item.Round < frame.Rounds
                && item.Syndrome.Length == (frame.Code.SyndromeLength(item.Round + 1) - frame.Code.SyndromeLength(item.Round)) / 8)
            {
                side.Add(item.Syndrome.ToByteArray());
                if (frame.OfA.Count == frame.Rounds && frame.OfB.Count == frame.Rounds)
                {
                    Decode(item.Frame);
                }
            }
        }
    }

    /// <summary>A frame that A disclosed whole: passed on to B.</summary>
    public void OnFrameBits(FrameBits message)
    {
        if (message.Frame >= 0 && message.Frame < frames.Length && frames[message.Frame] is { Failed: true, Done: false } frame)
        {
            frame.Done = true;
            EndIfDone();
            send(block.Plan.B, new HubMessage { Peer = block.Plan.A, FrameBits = message });
        }
    }

    private void RequestMore()
    {
        SyndromeRequest request = new() { Block = block.Id, FrameLength = frameLength };
        for (; nextFrame >= 0 && MayAsk(frames[nextFrame].Place.RealBits); nextFrame--)
        {
            FrameProgress frame = frames[nextFrame];
            double qber = probed && !estimate.IsMeasured ? Math.Min(0.1, 2 * estimate.Value) : estimate.Value;
            frame.Code = codes.Select(qber, frame.Place.Length, estimate.RelativeSigma, frame.Place.RealBits);
            frame.Rounds = 1;
            request.Frames.Add(new FrameRequest { Frame = nextFrame, Code = frame.Code.Id, Round = 0 });
            probed = true;
            bitsInFlight += frame.Place.RealBits;
        }

        Ask(request);
    }

    private bool MayAsk(int bits) =>
        bitsInFlight == 0 || bitsInFlight + bits <= Math.Min(BitsInFlightMax, InFlightPerMeasured * estimate.MeasuredBits);

    private void Decode(int index)
    {
        FrameProgress frame = frames[index];
        int words = frame.OfA.Sum(round => round.Length) / sizeof(ulong);
        ulong[] syndrome = new ulong[words];
        Span<byte> bytes = MemoryMarshal.AsBytes(syndrome.AsSpan());
        int position = 0;
        for (int round = 0; round < frame.Rounds; round++)
        {
            byte[] a = frame.OfA[round];
            byte[] b = frame.OfB[round];
            for (int i = 0; i < a.Length; i++)
            {
                bytes[position++] = (byte)(a[i] ^ b[i]);
            }
        }

        enqueue(new DecodeJob(
            pair,
            index,
            frame.Code!,
            frame.Rounds,
            syndrome,
            frame.Place.RealBits,
            estimate.Value,
            outcome => OnDecoded(index, outcome),
            over.Token));
    }

    private void OnDecoded(int index, DecodeOutcome outcome)
    {
        if (over.IsCancellationRequested)
        {
            return;
        }

        FrameProgress frame = frames[index];
        tally.AddRound(outcome);
        if (outcome.Pattern is { } pattern)
        {
            frame.Done = true;
            EndIfDone();
            bitsInFlight -= frame.Place.RealBits;
            int real = frame.Place.RealBits;
            long errors = pattern.Sum(word => (long)BitOperations.PopCount(word));
            estimate.Add(errors, real);
            tally.AddDecoded(frame.Code!, frame.Rounds, real, errors);
            byte[] bytes = MemoryMarshal.AsBytes(pattern.AsSpan())[..((real + 7) / 8)].ToArray();
            ErrorPatterns message = new() { Block = block.Id };
            message.Frames.Add(new FramePattern { Frame = index, Pattern = UnsafeByteOperations.UnsafeWrap(bytes) });
            foreach (string node in (ReadOnlySpan<string>)[block.Plan.A, block.Plan.B])
            {
                send(node, new HubMessage { Peer = block.PeerOf(node), ErrorPatterns = message });
            }
        }
        else if (frame.Rounds < frame.Code!.Rounds)
        {
            SyndromeRequest request = new() { Block = block.Id, FrameLength = frameLength };
            request.Frames.Add(new FrameRequest { Frame = index, Code = frame.Code.Id, Round = frame.Rounds++ });
            Ask(request);
        }
        else
        {
            frame.Failed = true;
            bitsInFlight -= frame.Place.RealBits;
            tally.AddFailed(frame.Place.RealBits);
            SyndromeRequest request = new() { Block = block.Id, FrameLength = frameLength };
            request.Failed.Add(index);
            Ask(request);
        }

        RequestMore();
    }

    private void EndIfDone()
    {
        if (Array.TrueForAll(frames, frame => frame.Done))
        {
            block.EndReconciliation();
        }
    }

    private void Ask(SyndromeRequest request)
    {
        if (request.Frames.Count + request.Failed.Count == 0)
        {
            return;
        }

        foreach (string node in (ReadOnlySpan<string>)[block.Plan.A, block.Plan.B])
        {
            send(node, new HubMessage { Peer = block.PeerOf(node), SyndromeRequest = request });
        }
    }

    private sealed class FrameProgress(Frame place)
    {
        public Frame Place { get; } = place;

        public ReconciliationCode? Code { get; set; }

        public int Rounds { get; set; }

        public List<byte[]> OfA { get; } = [];

        public List<byte[]> OfB { get; } = [];

        public bool Failed { get; set; }

        public bool Done { get; set; }
    }
}
