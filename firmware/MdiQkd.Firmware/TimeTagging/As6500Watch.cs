using MdiQkd.Firmware.Faults;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Looks at the results of a TDC-GPX2 / AS6500 for what the chip does not say by itself: a dead data line, a reference clock that stands,
/// a FIFO that may have been full.
/// </summary>
public sealed class As6500Watch
{
    private const int StuckResultsMin = 4;
    private const int StuckMs = 20;
    private const int EmptyReadsMax = 16;
    private const int ZeroReadsMax = 4;

    private readonly FaultLog faults;
    private readonly int[] run = new int[As6500Registers.Channels];
    private int lastIndex;
    private int sameIndexResults;
    private long sameIndexSinceMs;
    private int emptyReads;
    private int zeroReads;

    /// <summary>Makes a watch.</summary>
    public As6500Watch(FaultLog faults)
    {
        this.faults = faults;
    }

    /// <summary>Longest run of results of one channel since <see cref="TakeRunMax"/>: an upper bound of its FIFO's fill.</summary>
    public int RunMax { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Start()
    {
        RunMax = 0;
        sameIndexResults = 0;
        emptyReads = 0;
        zeroReads = 0;
        EndRuns();
    }

    /// <summary>A channel delivered a result.</summary>
    /// <returns>
    /// Whether the channel has delivered as many in a row as its FIFO holds. It may have been full then, which the chip does not
    /// say; the stretch must be marked, since nothing may be lost silently.
    /// </returns>
    public bool CountRun(int channel)
    {
        int length = ++run[channel];
        RunMax = length > RunMax ? length : RunMax;
        if (length != As6500Registers.FifoDepth)
        {
            return false;
        }

        faults.Raise(FaultCode.FifoOverflow, 0);
        return true;
    }

    /// <summary>A channel was empty.</summary>
    public void EndRun(int channel) => run[channel] = 0;

    /// <summary>All channels are empty.</summary>
    public void EndRuns()
    {
        for (int i = 0; i < run.Length; i++)
        {
            run[i] = 0;
        }
    }

    /// <summary>Longest run, which begins anew.</summary>
    public int TakeRunMax()
    {
        int length = RunMax;
        RunMax = 0;
        return length;
    }

    /// <summary>A whole read has been looked at.</summary>
    /// <param name="found">Channels with a result.</param>
    /// <param name="isZero">Whether all bytes were 0.</param>
    /// <returns>None, or the fault that ends the capture.</returns>
    public FaultCode JudgeRead(int found, bool isZero)
    {
        // A chip that calls by its interrupt but has nothing to say: its data line is pulled up, or down.
        emptyReads = found == 0 ? emptyReads + 1 : 0;
        zeroReads = isZero ? zeroReads + 1 : 0;
        return emptyReads >= EmptyReadsMax ? FaultCode.TaggerAllOnes
            : zeroReads >= ZeroReadsMax ? FaultCode.TaggerAllZeros
            : FaultCode.None;
    }

    /// <summary>A result with that reference index came.</summary>
    /// <returns>None, or ReferenceStuck if the index stays while time passes.</returns>
    public FaultCode JudgeIndex(int index, long nowMs)
    {
        if (index != lastIndex || sameIndexResults == 0)
        {
            lastIndex = index;
            sameIndexResults = 0;
            sameIndexSinceMs = nowMs;
        }

        sameIndexResults++;
        return sameIndexResults >= StuckResultsMin && nowMs - sameIndexSinceMs >= StuckMs
            ? FaultCode.ReferenceStuck
            : FaultCode.None;
    }
}
