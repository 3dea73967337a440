using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>How far the encoder got in a session.</summary>
/// <param name="Session">The session.</param>
/// <param name="EmittedSlots">Slots 0..EmittedSlots−1 were emitted, no other.</param>
/// <param name="Ended">No further slot of the session will be emitted.</param>
/// <param name="Reason">Why it ended before its last slot; empty otherwise.</param>
public readonly record struct EncoderProgress(SessionId Session, long EmittedSlots, bool Ended, string Reason);
