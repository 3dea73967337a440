using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.KeyMaterial;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Storage;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Node.Pair;

/// <summary>What the engine of a pair works with; the daemon and the tests compose it.</summary>
internal sealed record PairContext
{
    /// <summary>This node.</summary>
    public required string Node { get; init; }

    /// <summary>Settings towards the peer.</summary>
    public required PeerSettings Peer { get; init; }

    /// <summary>Shape of the blocks.</summary>
    public required BlockSettings Block { get; init; }

    /// <summary>Slot raster.</summary>
    public required SlotTiming Timing { get; init; }

    /// <summary>Pilot slots.</summary>
    public required PilotPattern Pilots { get; init; }

    /// <summary>Durable state of blocks.</summary>
    public required NodeStore Store { get; init; }

    /// <summary>Where journals of choices are kept.</summary>
    public required string JournalDirectory { get; init; }

    /// <summary>Key that journals are encrypted under, 32 bytes.</summary>
    public required byte[] StorageKey { get; init; }

    /// <summary>The state encoder.</summary>
    public required IEmission Emission { get; init; }

    /// <summary>Authentication pads of the pair.</summary>
    public required KeyPool Pool { get; init; }

    /// <summary>Where finished keys go.</summary>
    public required KeyStore Keys { get; init; }

    /// <summary>Source of ids and seeds.</summary>
    public required IKeyRandomness Randomness { get; init; }

    /// <summary>Reconciliation codes.</summary>
    public required CodeBook Codes { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Log of the daemon.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Sends to the hub.</summary>
    public required Action<NodeMessage> ToHub { get; init; }

    /// <summary>A key request of the peer, or an answer to one of ours; already authenticated.</summary>
    public required Action<KmeMessage> OnKeyMessage { get; init; }

    /// <summary>Asks for a comparison of the key stores with the peer's.</summary>
    public required Action WantSync { get; init; }
}
