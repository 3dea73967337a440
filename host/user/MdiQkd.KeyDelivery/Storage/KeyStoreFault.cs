namespace MdiQkd.KeyDelivery.Storage;

/// <summary>Why a key store cannot be used.</summary>
public enum KeyStoreFault
{
    /// <summary>Another process, or another instance in this one, has it open.</summary>
    InUse = 1,

    /// <summary>The file is not a key store, or its content is damaged.</summary>
    Damaged = 2,

    /// <summary>It was sealed with another storage key, belongs to another node, or has another schema version.</summary>
    Mismatch = 3,

    /// <summary>The file cannot be read or written: missing directory, permissions, disk full, input or output error.</summary>
    Inaccessible = 4,
}
