using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Faults;

/// <summary>
/// Every fault that came since start, with counter, last detail and time. A fault stays active until the host clears it, so that
/// nobody can miss one. Changes wait to be told to the host, each fault at most ten times a second: a line that
/// chatters must not fill the link.
/// </summary>
public sealed class FaultLog
{
    private const int TellIntervalMs = 100;

    private readonly IDeviceClock clock;
    private readonly FaultsReply table = new FaultsReply();
    private readonly bool[] isUntold = new bool[FaultsReply.RecordsMax];
    private readonly long[] toldMs = new long[FaultsReply.RecordsMax];

    /// <summary>Makes an empty log.</summary>
    public FaultLog(IDeviceClock clock)
    {
        this.clock = clock;
    }

    /// <summary>All faults so far; owned by the log.</summary>
    public FaultsReply Table => table;

    /// <summary>Faults that are active.</summary>
    public int ActiveCount { get; private set; }

    /// <summary>Counts a fault and makes it active.</summary>
    /// <param name="code">Which; not None.</param>
    /// <param name="detail">What the code says.</param>
    public void Raise(FaultCode code, int detail) => Raise(code, detail, 1);

    /// <summary>Counts a fault that came several times at once.</summary>
    public void Raise(FaultCode code, int detail, uint times)
    {
        int index = IndexOf(code);
        FaultRecord record = table.Records[index];
        if (!record.IsActive)
        {
            record.IsActive = true;
            ActiveCount++;
        }

        record.Detail = detail;
        record.Count += times;
        record.UptimeMs = clock.NowMs;
        isUntold[index] = true;
    }

    /// <summary>Whether a fault is active.</summary>
    public bool IsActive(FaultCode code)
    {
        for (int i = 0; i < table.Count; i++)
        {
            if (table.Records[i].Code == code)
            {
                return table.Records[i].IsActive;
            }
        }

        return false;
    }

    /// <summary>How often a fault came since start.</summary>
    public uint CountOf(FaultCode code)
    {
        for (int i = 0; i < table.Count; i++)
        {
            if (table.Records[i].Code == code)
            {
                return table.Records[i].Count;
            }
        }

        return 0;
    }

    /// <summary>Makes all faults inactive; counters stay.</summary>
    public void Clear()
    {
        for (int i = 0; i < table.Count; i++)
        {
            if (table.Records[i].IsActive)
            {
                table.Records[i].IsActive = false;
                isUntold[i] = true;
            }
        }

        ActiveCount = 0;
    }

    /// <summary>Next change to tell the host.</summary>
    /// <param name="record">The fault as it is now; owned by the log.</param>
    /// <returns>False if there is none, or all have been told too lately.</returns>
    public bool TryTakeUntold(out FaultRecord record)
    {
        long nowMs = clock.NowMs;
        for (int i = 0; i < table.Count; i++)
        {
            if (isUntold[i] && nowMs >= toldMs[i])
            {
                isUntold[i] = false;
                toldMs[i] = nowMs + TellIntervalMs;
                record = table.Records[i];
                return true;
            }
        }

        record = null;
        return false;
    }

    private int IndexOf(FaultCode code)
    {
        for (int i = 0; i < table.Count; i++)
        {
            if (table.Records[i].Code == code)
            {
                return i;
            }
        }

        // There are fewer codes than lines, as a test of the codes says.
        FaultRecord record = table.Records[table.Count];
        record.Code = code;
        return table.Count++;
    }
}
