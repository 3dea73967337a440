namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>The peer gave no (usable) reply; whether it has handled the request is not known.</summary>
public sealed class PeerUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PeerUnavailableException(string peerNode, string reason, Exception? inner = null)
        : base($"key management entity of {peerNode}: {reason}", inner) => PeerNode = peerNode;

    /// <summary>The node that did not answer.</summary>
    public string PeerNode { get; }
}
