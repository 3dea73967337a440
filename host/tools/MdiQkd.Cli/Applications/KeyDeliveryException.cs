namespace MdiQkd.Cli.Applications;

/// <summary>A node refused or failed a key request; the message is one line for the user and holds no key.</summary>
internal sealed class KeyDeliveryException(string message, bool isUnreachable = false) : Exception(message)
{
    /// <summary>Whether there was no answer at all: the node is down, or went down while it was asked.</summary>
    internal bool IsUnreachable => isUnreachable;
}
