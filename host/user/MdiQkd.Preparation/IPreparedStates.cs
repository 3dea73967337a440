namespace MdiQkd.Preparation;

/// <summary>
/// What this node prepared in one session, random access by slot. A generator keyed per session, or a ring buffer that a
/// random number generator filled while the modulator ran.
/// </summary>
public interface IPreparedStates
{
    /// <summary>Looks up packed <see cref="Protocol.PreparedState"/> values.</summary>
    /// <param name="slots">Slots of the session, in any order.</param>
    /// <param name="packed">Receives one byte per slot; at least as long as <paramref name="slots"/>.</param>
    /// <returns>False if any slot was never prepared or is no longer held; <paramref name="packed"/> is then undefined.</returns>
    bool TryRead(ReadOnlySpan<long> slots, Span<byte> packed);
}
