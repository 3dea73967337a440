namespace MdiQkd.Authentication;

/// <summary>
/// How long a node waits after an authentication abort before it opens the next block with that peer: doubles with
/// every abort in a row, up to a cap (PROTOCOL.md 6.2), so that a hub which forces aborts drains the pool at a falling
/// rate. Thread-safe. In memory only: a restart is the operator's and starts anew.
/// </summary>
public sealed class AuthenticationBackoff
{
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly TimeSpan first;
    private readonly TimeSpan cap;
    private TimeSpan delay;
    private long since;

    /// <summary>Starts without a wait.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first wait is not positive, or the cap is below it.</exception>
    public AuthenticationBackoff(TimeProvider clock, TimeSpan first, TimeSpan cap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(first, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, first);
        this.clock = clock;
        this.first = first;
        this.cap = cap;
    }

    /// <summary>What is left to wait; zero when a block may be opened.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (gate)
            {
                TimeSpan left = delay == TimeSpan.Zero ? delay : delay - clock.GetElapsedTime(since);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether a block may be opened now.</summary>
    public bool MayOpenBlock => Remaining == TimeSpan.Zero;

    /// <summary>An authentication failed: the wait starts now, twice the last one.</summary>
    public void RecordAbort()
    {
        lock (gate)
        {
            delay = delay == TimeSpan.Zero ? first : delay > cap / 2 ? cap : delay * 2;
            since = clock.GetTimestamp();
        }
    }

    /// <summary>A block was authenticated in both directions: the next abort waits the first time again.</summary>
    public void RecordSuccess()
    {
        lock (gate)
        {
            delay = TimeSpan.Zero;
        }
    }
}
