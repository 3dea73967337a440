namespace MdiQkd.KeyDelivery.Storage;

/// <summary>Outcome of fetching keys by their key_IDs (dec_keys).</summary>
public enum FetchStatus
{
    /// <summary>All keys are yielded and destroyed at this node.</summary>
    Fetched = 1,

    /// <summary>At least one key is not named, was fetched before, or has another master; none was taken.</summary>
    NotFound = 2,

    /// <summary>The caller is not the slave of every key; none was taken.</summary>
    NotSlave = 3,
}
