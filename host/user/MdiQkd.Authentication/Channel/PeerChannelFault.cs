namespace MdiQkd.Authentication.Channel;

/// <summary>Why a protected message was refused. A refused message changes nothing, except <see cref="Lost"/>.</summary>
public enum PeerChannelFault
{
    /// <summary>It was accepted.</summary>
    None = 0,

    /// <summary>Too short or long, of another version, or with impossible padding.</summary>
    Malformed,

    /// <summary>It claims this node as its sender.</summary>
    Reflected,

    /// <summary>No session with this id: none yet, an ended one, or another pair's.</summary>
    UnknownSession,

    /// <summary>It was altered or is not the peer's.</summary>
    BadTag,

    /// <summary>A message with this or a later counter was accepted before.</summary>
    Replayed,

    /// <summary>
    /// Genuine, but messages before it are missing: the session accepts nothing more, a new Hello is wanted.
    /// </summary>
    Lost,
}
