namespace MdiQkd.Authentication.Channel;

/// <summary>What a Hello led to, and what to send back before anything else.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Reply">A Hello for the peer, or null.</param>
public readonly record struct HandshakeResult(HandshakeOutcome Outcome, byte[]? Reply);
