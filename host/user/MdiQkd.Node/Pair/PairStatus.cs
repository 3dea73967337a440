namespace MdiQkd.Node.Pair;

/// <summary>What the management page shows of a pair.</summary>
/// <param name="Peer">The other user.</param>
/// <param name="State">Where the pair stands.</param>
/// <param name="BlockId">The open block, or empty.</param>
/// <param name="Announced">Events accepted in the open block.</param>
/// <param name="SlotsDone">Slots of the open block emitted so far.</param>
/// <param name="Slots">Slots of the open block.</param>
/// <param name="KeyStoreBits">Key for applications in store.</param>
/// <param name="AuthenticationPads">Pads left for sending.</param>
/// <param name="BlocksEnded">Blocks that ended since this node's store was made, with or without a key.</param>
/// <param name="AccumulatedEpsilon">Sum of their failure probabilities: what the pair has used up so far.</param>
/// <param name="Alarm">What wants an operator, or empty.</param>
public sealed record PairStatus(
    string Peer,
    PairState State,
    string BlockId,
    long Announced,
    long SlotsDone,
    long Slots,
    long KeyStoreBits,
    int AuthenticationPads,
    long BlocksEnded,
    double AccumulatedEpsilon,
    string Alarm);
