using System.Collections.Concurrent;
using System.Threading.Channels;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Service;

/// <summary>Outgoing queues of attached nodes.</summary>
internal sealed class NodeLinks
{
    /// <summary>Below this many waiting messages a receiver counts as keeping up.</summary>
    private const int DrainedMessages = 64;

    private readonly ConcurrentDictionary<string, Channel<HubMessage>> links = new(StringComparer.Ordinal);

    /// <summary>Registers a node; false if it is attached already.</summary>
    public bool TryAdd(string node, out ChannelReader<HubMessage> reader)
    {
        Channel<HubMessage> queue = Channel.CreateBounded<HubMessage>(TransportLimits.QueueMessages);
        reader = queue.Reader;
        return links.TryAdd(node, queue);
    }

    /// <summary>Removes a node.</summary>
    public void Remove(string node) => links.TryRemove(node, out _);

    /// <summary>Queues a message; a receiver whose queue is full is cut off, and comes back when it can.</summary>
    public void Send(string node, HubMessage message)
    {
        if (links.TryGetValue(node, out Channel<HubMessage>? queue) && !queue.Writer.TryWrite(message))
        {
            queue.Writer.TryComplete();
        }
    }

    /// <summary>Waits until every receiver keeps up.</summary>
    public async Task DrainAsync()
    {
        while (links.Values.Any(queue => queue.Reader.Count > DrainedMessages && !queue.Reader.Completion.IsCompleted))
        {
            await Task.Delay(1).ConfigureAwait(false);
        }
    }
}
