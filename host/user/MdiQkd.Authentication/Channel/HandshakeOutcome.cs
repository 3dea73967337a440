namespace MdiQkd.Authentication.Channel;

/// <summary>What a Hello led to.</summary>
public enum HandshakeOutcome
{
    /// <summary>A new session: what is protected from now on goes under it.</summary>
    Established,

    /// <summary>The peer (or a replay of it) wants a session: the reply proves this node and asks for the same.</summary>
    Answered,

    /// <summary>It belongs to the session that stands already.</summary>
    AlreadyEstablished,

    /// <summary>It closes a handshake that this node no longer knows: ignored.</summary>
    Stale,

    /// <summary>Of a wrong length or version.</summary>
    Malformed,

    /// <summary>It claims this node as its sender.</summary>
    Reflected,

    /// <summary>It names a root that this node does not hold.</summary>
    UnknownRoot,

    /// <summary>It is not the peer's.</summary>
    BadCode,
}
