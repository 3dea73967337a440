using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>The state encoder as the block engine sees it; the daemon reports progress back to the engine.</summary>
internal interface IEmission
{
    /// <summary>Draws the states of a session and starts to emit it; failures come back as ended progress.</summary>
    void Start(SessionLight light);

    /// <summary>What was prepared in the given slots; false if any is not held.</summary>
    bool TryRead(SessionId session, ReadOnlySpan<long> slots, Span<byte> states);

    /// <summary>Stops emitting, if it still does, and forgets the states.</summary>
    void Forget(SessionId session);
}
