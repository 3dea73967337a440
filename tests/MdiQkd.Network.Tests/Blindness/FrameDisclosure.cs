using Google.Protobuf;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests.Blindness;

/// <summary>What the hub got to know about one frame of the sifted strings in a run, taken from the messages themselves.</summary>
/// <param name="Place">Where the frame lies.</param>
/// <param name="Code">The code that the hub asked for.</param>
/// <param name="OfA">Syndromes that A sent, round by round.</param>
/// <param name="OfB">Syndromes that B sent.</param>
/// <param name="Whole">The frame itself, if A disclosed it.</param>
internal sealed record FrameDisclosure(
    Frame Place, ReconciliationCode Code, IReadOnlyList<byte[]> OfA, IReadOnlyList<byte[]> OfB, byte[]? Whole)
{
    /// <summary>Frames of the (only) block of a run, in order.</summary>
    public static IReadOnlyList<FrameDisclosure> Of(InMemoryNetwork network, int sifted)
    {
        List<SyndromeRequest> requests =
        [
            .. network.SentTo(network.Alice)
                .Where(message => message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest)
                .Select(message => message.SyndromeRequest),
        ];
        IReadOnlyList<Frame> frames = FramePlan.Cut(sifted, requests[0].FrameLength);
        return
        [
            .. frames.Select((place, index) => new FrameDisclosure(
                place,
                CodeBook.Default.Find(requests.SelectMany(request => request.Frames).First(frame => frame.Frame == index).Code),
                Syndromes(network, network.Alice, index),
                Syndromes(network, network.Bob, index),
                network.SentBy(network.Alice)
                    .Where(message => message.BodyCase == NodeMessage.BodyOneofCase.FrameBits && message.FrameBits.Frame == index)
                    .Select(message => message.FrameBits.Bits.ToByteArray())
                    .SingleOrDefault())),
        ];
    }

    /// <summary>The frame's part of a string of sifted bits.</summary>
    public ulong[] Of(ulong[] sifted) => sifted[(int)(Place.Offset / 64)..(int)((Place.Offset + Place.RealBits + 63) / 64)];

    private static List<byte[]> Syndromes(InMemoryNetwork network, TestNode node, int frame) =>
    [
        .. network.SentBy(node)
            .Where(message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes)
            .SelectMany(message => message.Syndromes.Frames)
            .Where(item => item.Frame == frame)
            .OrderBy(item => item.Round)
            .Select(item => item.Syndrome.ToByteArray()),
    ];
}
