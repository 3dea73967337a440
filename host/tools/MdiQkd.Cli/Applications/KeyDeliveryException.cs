namespace MdiQkd.Cli.Applications;

/// <summary>A node refused or failed a key request; the message is one line for the user and holds no key.</summary>
internal sealed class KeyDeliveryException(string message) : Exception(message);
