namespace MdiQkd.Node.Pair;

/// <summary>
/// When what could not be stored is tried again: after <see cref="First"/>, then twice as long each time up to <see cref="Longest"/>.
/// </summary>
internal sealed class StoreRetry(TimeProvider time)
{
    /// <summary>Wait after the first failure: a log that another program rotates or a short stall of the medium is over by then.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait, so that a pair goes on within a minute after the operator has made room.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private TimeSpan delay;
    private long since;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether to try now.</summary>
    public bool IsDue => Failures == 0 || time.GetElapsedTime(since) >= delay;

    /// <summary>What failed and what to do, for the operator; empty if nothing fails.</summary>
    public string Alarm { get; private set; } = string.Empty;

    /// <summary>It failed: the wait starts now.</summary>
    public void RecordFailure(string what, string reason)
    {
        delay = Failures++ == 0 ? First : delay > Longest / 2 ? Longest : 2 * delay;
        since = time.GetTimestamp();
        Alarm = $"{what} cannot be stored: {reason.TrimEnd('.')}. Make room on the disk or repair it, and leave the node running: it tries again "
            + $"(failed {Failures} times, next in {delay.TotalSeconds:F0} s)";
    }

    /// <summary>It is stored.</summary>
    public void RecordSuccess()
    {
        Failures = 0;
        Alarm = string.Empty;
    }
}
