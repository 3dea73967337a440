using System.Buffers.Binary;
using MdiQkd.Authentication.Channel;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>
/// A hub that delivers, drops, swaps, repeats and replays at will while both nodes restart: nothing arrives twice, out
/// of order or from elsewhere, no nonce repeats under a key, and once the hub is honest the channel works again.
/// </summary>
public sealed class LyingRelayTests : IDisposable
{
    private readonly List<byte[]>[] history = [[], []]; // all that was ever sent to A, to B
    private readonly List<byte[]>[] underWay = [[], []];
    private readonly HashSet<(ulong Session, byte Direction, long Counter)> nonces = [];
    private readonly int[] sent = new int[2];
    private readonly int[] lastArrived = new int[2];
    private ChannelPair pair = new();
    private int established;
    private int arrived;

    public void Dispose() => pair.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_worst_is_denial_of_service(int seed)
    {
        pair.Dispose();
        pair = new ChannelPair(seed);
        Random hub = new(seed);
        for (int step = 0; step < 4000; step++)
        {
            int to = hub.Next(2);
            switch (hub.Next(20))
            {
                case < 4:
                    Say(1 - to);
                    break;
                case < 14 when underWay[to].Count > 0:
                    int index = hub.Next(100) == 0 ? hub.Next(underWay[to].Count) : 0;
                    byte[] message = underWay[to][index];
                    underWay[to].RemoveAt(index);
                    Deliver(to, message);
                    break;
                case 14 when hub.Next(8) == 0 && underWay[to].Count > 0:
                    underWay[to].RemoveAt(0);
                    break;
                case 15 when hub.Next(4) == 0 && history[to].Count > 0:
                    Deliver(to, history[to][hub.Next(history[to].Count)]);
                    break;
                case 16 when hub.Next(4) == 0 && history[1 - to].Count > 0:
                    Deliver(to, history[1 - to][hub.Next(history[1 - to].Count)]); // reflection
                    break;
                case 17 when hub.Next(20) == 0:
                    Restart(to);
                    break;
                case 18:
                    AskForSession(to);
                    break;
            }
        }

        Assert.True(established > 20 && arrived > 100, $"seed {seed}: {established} sessions, {arrived} messages");
        Recover();
    }

    /// <summary>From here on the hub is honest: what is under way arrives in order, then the nodes talk.</summary>
    private void Recover()
    {
        for (int round = 0; round < 10; round++)
        {
            for (int to = 0; to < 2; to++)
            {
                AskForSession(1 - to);
                while (underWay[to].Count > 0)
                {
                    byte[] message = underWay[to][0];
                    underWay[to].RemoveAt(0);
                    Deliver(to, message);
                }
            }
        }

        Assert.False(pair.A.IsHelloWanted || pair.B.IsHelloWanted);
        pair.AssertTalks();
    }

    private PeerChannel Channel(int node) => node == 0 ? pair.A : pair.B;

    private void Restart(int node)
    {
        if (node == 0)
        {
            pair.RestartA();
        }
        else
        {
            pair.RestartB();
        }
    }

    private void AskForSession(int node)
    {
        if (Channel(node).IsHelloWanted)
        {
            Send(1 - node, Channel(node).CreateHello());
        }
    }

    private void Say(int node)
    {
        if (!Channel(node).IsEstablished)
        {
            return;
        }

        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, ++sent[node]);
        byte[] message = Channel(node).Protect(number);
        ulong session = BinaryPrimitives.ReadUInt64BigEndian(message.AsSpan(4));
        Assert.True(nonces.Add((session, message[2], BinaryPrimitives.ReadInt64BigEndian(message.AsSpan(12)))));
        Send(1 - node, message);
    }

    private void Send(int to, byte[] message)
    {
        history[to].Add(message);
        underWay[to].Add(message);
    }

    private void Deliver(int to, byte[] message)
    {
        if (PeerChannel.IsHello(message))
        {
            HandshakeResult result = Channel(to).HandleHello(message);
            established += result.Outcome == HandshakeOutcome.Established ? 1 : 0;
            if (result.Reply is { } reply)
            {
                Send(1 - to, reply);
            }
        }
        else if (Channel(to).TryUnprotect(message, out byte[]? number, out _))
        {
            int value = BinaryPrimitives.ReadInt32BigEndian(number);
            Assert.True(value > lastArrived[to], "A message arrived twice or out of order.");
            lastArrived[to] = value;
            arrived++;
        }
    }
}
