namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Turns the 24-bit reference index of a tagger chip, which wraps every 1.678 s at 10 MHz, into a count that never wraps: of all
/// counts with these low bits the one nearest to what the board's clock expects. So gaps without tags may be long; they
/// become uncertain only when the two clocks may have drifted apart by a quarter of a wrap, after 70 minutes at 100 ppm and 10 MHz.
/// </summary>
public sealed class ReferenceIndexTracker
{
    private const int IndexBits = 24;
    private const long Wrap = 1L << IndexBits;

    // Both clocks together: 20 ppm crystal, 50 ppm reference in the worst case, and room.
    private const int DriftPpm = 100;

    // The clock counts whole milliseconds, and a tag may have waited in the FIFO for some.
    private const int MarginMs = 3;

    private long referencePerMs;
    private long count;
    private long countMs;

    /// <summary>Begins at index 0.</summary>
    /// <param name="referenceHz">Frequency of the reference clock.</param>
    /// <param name="nowMs">When the chip's counter was set to 0.</param>
    public void Start(int referenceHz, long nowMs)
    {
        referencePerMs = referenceHz / 1000;
        count = 0;
        countMs = nowMs;
    }

    /// <summary>Whether wraps can no longer be counted with certainty: too long since the last tag.</summary>
    public bool IsUncertain(long nowMs) => Drift(nowMs) + (MarginMs * referencePerMs) > Wrap / 4;

    /// <summary>Time without tags after which <see cref="IsUncertain"/>, or a delay of the main loop that makes it so.</summary>
    public long QuarterWrapMs => Wrap / 4 / referencePerMs;

    /// <summary>Count for an index that was read just now.</summary>
    public long Extend(int index, long nowMs)
    {
        long expected = Expected(nowMs);
        long difference = (index - expected) & (Wrap - 1);
        if (difference >= Wrap / 2)
        {
            difference -= Wrap;
        }

        return expected + difference;
    }

    /// <summary>Takes a count as the newest: what follows is expected relative to it.</summary>
    public void Follow(long newCount, long nowMs)
    {
        if (newCount > count)
        {
            count = newCount;
            countMs = nowMs;
        }
    }

    /// <summary>A count that the chip has passed for certain when its FIFOs were empty just now.</summary>
    public long PassedCount(long nowMs)
    {
        long passed = Expected(nowMs) - Drift(nowMs) - (MarginMs * referencePerMs);
        return passed > 0 ? passed : 0;
    }

    private long Expected(long nowMs) => count + ((nowMs - countMs) * referencePerMs);

    private long Drift(long nowMs) => (nowMs - countMs) * referencePerMs / 1000 * DriftPpm / 1000;
}
