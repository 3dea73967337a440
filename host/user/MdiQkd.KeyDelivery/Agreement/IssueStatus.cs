namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>Outcome of a request for new keys (enc_keys).</summary>
public enum IssueStatus
{
    /// <summary>The keys are delivered here and fetchable, once, by the slave.</summary>
    Issued = 1,

    /// <summary>This node has too few keys to issue for the peer.</summary>
    NotEnoughKeys = 2,

    /// <summary>The peer did not acknowledge; the keys of this attempt are burnt.</summary>
    PeerUnavailable = 3,

    /// <summary>The peer refused (stores or directories disagree); the keys of this attempt are burnt.</summary>
    PeerRefused = 4,
}
