namespace MdiQkd.KeyDelivery.Storage;

/// <summary>The key store cannot do what was asked; nothing of the failed step was kept. Carries no key bits.</summary>
public sealed class KeyStoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public KeyStoreException(KeyStoreFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>What is wrong with the store.</summary>
    public KeyStoreFault Fault { get; }
}
