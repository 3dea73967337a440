namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>Type of a message between two key management entities; the values are on the wire.</summary>
internal enum AgreementMessageType : byte
{
    /// <summary>Request: keys assigned to a master and a slave.</summary>
    Assign = 1,

    /// <summary>Request: destroy the keys of an assignment.</summary>
    Burn = 2,

    /// <summary>Request: a page of claims and verdicts.</summary>
    Sync = 3,

    /// <summary>Reply to <see cref="Assign"/>.</summary>
    AssignReply = 129,

    /// <summary>Reply to <see cref="Burn"/>: destroyed.</summary>
    BurnReply = 130,

    /// <summary>Reply to <see cref="Sync"/>.</summary>
    SyncReply = 131,
}
