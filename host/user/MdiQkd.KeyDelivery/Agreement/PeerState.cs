namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>What a key agreement keeps in memory about one peer; all of it may be lost.</summary>
internal sealed class PeerState(int concurrency) : IDisposable
{
    /// <summary>Admits requests for new keys.</summary>
    public SemaphoreSlim Admission { get; } = new(concurrency);

    /// <summary>Guards the members below.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Assignments whose callers wait; every other unfinished one is to be burnt.</summary>
    public HashSet<Guid> Waiting { get; } = [];

    /// <summary>The burning in progress, which all who need it await.</summary>
    public Task<bool>? Resolving { get; set; }

    /// <summary>The peer's store seems to disagree with this one.</summary>
    public bool SyncWanted { get; set; }

    public void Dispose() => Admission.Dispose();
}
