using Google.Protobuf;
using MdiQkd.KeyDelivery;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.Node.Messages;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>The key agreement of both users, over the sealed channel that the hub relays.</summary>
internal sealed class RelayedKeys : IDisposable
{
    private static readonly SaeDirectory Directory = new([new SaeEntry("sae-a", "alice"), new SaeEntry("sae-b", "bob")]);

    private readonly InMemoryNetwork network;

    public RelayedKeys(InMemoryNetwork network)
    {
        this.network = network;
        Alice = Create(network.Alice);
        Bob = Create(network.Bob);
    }

    public KeyAgreement Alice { get; }

    public KeyAgreement Bob { get; }

    /// <summary>Compares the stores, as the daemon does when an engine asks for it.</summary>
    public async Task SyncAsync(KeyAgreement starter)
    {
        await starter.SyncAsync(starter == Alice ? "bob" : "alice", TestContext.Current.CancellationToken);
        network.Alice.Engine.OnSynchronised();
        network.Bob.Engine.OnSynchronised();
        network.Pump();
    }

    /// <summary>Delivers all keys of 256 bits that both users can issue; both applications get the same ones.</summary>
    public async Task<IReadOnlyList<byte[]>> DeliverAllAsync() =>
    [
        .. await DeliverAsync(Alice, "sae-a", Bob, "sae-b", network.Alice.Keys.IssuableCount("bob")),
        .. await DeliverAsync(Bob, "sae-b", Alice, "sae-a", network.Bob.Keys.IssuableCount("alice")),
    ];

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
    }

    private static async Task<IReadOnlyList<byte[]>> DeliverAsync(
        KeyAgreement issuer, string master, KeyAgreement receiver, string slave, int number)
    {
        using IssueResult issued = await issuer.IssueAsync(master, slave, number, 256, TestContext.Current.CancellationToken);
        Assert.Equal(IssueStatus.Issued, issued.Status);
        using FetchResult fetched = receiver.Fetch(master, slave, [.. issued.Keys.Select(key => key.Id)]);
        Assert.Equal(issued.Keys.Select(key => key.Bits.ToArray()), fetched.Keys.Select(key => key.Bits.ToArray()));
        return [.. issued.Keys.Select(key => key.Bits.ToArray())];
    }

    private KeyAgreement Create(TestNode node)
    {
        Link link = new(network, node);
        KeyAgreement agreement = new(node.Keys, link, new KeyDeliveryOptions { Node = node.Name, Directory = Directory });
        node.OnKeyMessage = message => link.OnKeyMessage(agreement, message);
        return agreement;
    }

    private sealed class Link(InMemoryNetwork network, TestNode node) : IPeerLink
    {
        private readonly Dictionary<ulong, byte[]> answers = [];
        private ulong requests;

        public Task<byte[]> RequestAsync(string peerNode, ReadOnlyMemory<byte> message, CancellationToken ct)
        {
            ulong id = ++requests;
            node.Engine.TrySend(new KmeMessage { KeyRequest = new KeyRequest { Id = id, Body = ByteString.CopyFrom(message.Span) } });
            network.Pump();
            return answers.Remove(id, out byte[]? answer)
                ? Task.FromResult(answer)
                : Task.FromException<byte[]>(new PeerUnavailableException(peerNode, "no answer"));
        }

        public void OnKeyMessage(KeyAgreement agreement, KmeMessage message)
        {
            if (message.KeyResponse is { } response)
            {
                answers[response.Id] = response.Body.ToByteArray();
                return;
            }

            KeyRequest request = message.KeyRequest;
            byte[] body = agreement.HandleRequestAsync(node.Peer, request.Body.Memory, CancellationToken.None).GetAwaiter().GetResult();
            node.Engine.TrySend(new KmeMessage { KeyResponse = new KeyResponse { Id = request.Id, Body = ByteString.CopyFrom(body) } });
        }
    }
}
