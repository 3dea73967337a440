namespace MdiQkd.Authentication.Pool;

/// <summary>How full a pool is; the emptier direction counts.</summary>
public enum PoolLevel
{
    /// <summary>Enough.</summary>
    Normal = 0,

    /// <summary>The next key refills the pool before applications get any.</summary>
    RefillWanted = 1,

    /// <summary>Alarm: no new block is opened.</summary>
    LowWater = 2,

    /// <summary>No pad is left in some direction: re-provisioning is an operator's act.</summary>
    Exhausted = 3,
}
