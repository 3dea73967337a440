namespace MdiQkd.KeyDelivery.Storage;

/// <summary>What the receiving node makes of an assignment. The values are on the wire.</summary>
internal enum AcceptStatus : byte
{
    /// <summary>Stored durably; the slave may fetch.</summary>
    Accepted = 0,

    /// <summary>At least one chunk is not held here, is destroyed, or is bound to another assignment.</summary>
    KeysNotHeld = 1,

    /// <summary>At least one chunk is not the peer's to issue.</summary>
    NotIssuer = 2,

    /// <summary>The master is not served by the peer, or the slave not by this node.</summary>
    UnknownSae = 3,

    /// <summary>The message is malformed, or an assignment of this identity has another content.</summary>
    Malformed = 4,
}
