using System.Collections.Concurrent;
using MdiQkd.KeyDelivery.Agreement;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>
/// Links between key agreements that lose requests, lose replies, deliver twice, deliver old requests again and reorder
/// concurrent ones, as the seed decides. With all rates zero it is a perfect network.
/// </summary>
internal sealed class LossyNetwork(int seed = 1)
{
    private readonly Random random = new(seed);
    private readonly ConcurrentDictionary<string, KeyAgreement> nodes = new();
    private readonly List<(string From, string To, byte[] Message)> history = [];

    public double LoseRequest { get; set; }

    public double LoseReply { get; set; }

    public double Repeat { get; set; }

    public double ReplayOld { get; set; }

    public double Shuffle { get; set; }

    /// <summary>If set, sees every request before it is delivered and may throw or wait.</summary>
    public Func<string, byte[], Task>? OnRequest { get; set; }

    /// <summary>If set, sees every reply before it is returned and may throw or wait.</summary>
    public Func<string, byte[], Task>? OnReply { get; set; }

    public int Requests { get; private set; }

    public void Attach(string node, KeyAgreement agreement) => nodes[node] = agreement;

    public void Detach(string node) => nodes.TryRemove(node, out _);

    public IPeerLink LinkOf(string node) => new Link(this, node);

    public void Heal() => LoseRequest = LoseReply = Repeat = ReplayOld = Shuffle = 0;

    private bool Happens(double rate)
    {
        lock (random)
        {
            return rate > 0 && random.NextDouble() < rate;
        }
    }

    private async Task<byte[]> SendAsync(string from, string to, byte[] message)
    {
        lock (history)
        {
            Requests++;
            history.Add((from, to, message));
        }
        if (OnRequest is { } onRequest)
        {
            await onRequest(from, message);
        }
        while (Happens(Shuffle))
        {
            await Task.Yield();
        }
        if (Happens(ReplayOld))
        {
            (string From, string To, byte[] Message) old;
            lock (random)
            {
                lock (history)
                {
                    old = history[random.Next(history.Count)];
                }
            }
            await DeliverAsync(old.From, old.To, old.Message);
        }
        if (Happens(LoseRequest))
        {
            throw new PeerUnavailableException(to, "request lost");
        }
        byte[] reply = await DeliverAsync(from, to, message);
        if (Happens(Repeat))
        {
            reply = await DeliverAsync(from, to, message);
        }
        if (OnReply is { } onReply)
        {
            await onReply(from, reply);
        }
        while (Happens(Shuffle))
        {
            await Task.Yield();
        }
        return Happens(LoseReply) ? throw new PeerUnavailableException(to, "reply lost") : reply;
    }

    private async Task<byte[]> DeliverAsync(string from, string to, byte[] message)
    {
        if (!nodes.TryGetValue(to, out KeyAgreement? peer))
        {
            throw new PeerUnavailableException(to, "not connected");
        }
        try
        {
            return await peer.HandleRequestAsync(from, message, CancellationToken.None);
        }
        catch (CrashException e)
        {
            throw new PeerUnavailableException(to, "connection reset", e);
        }
    }

    private sealed class Link(LossyNetwork network, string node) : IPeerLink
    {
        public Task<byte[]> RequestAsync(string peerNode, ReadOnlyMemory<byte> message, CancellationToken ct) =>
            Task.Run(() => network.SendAsync(node, peerNode, message.ToArray()), ct);
    }
}
