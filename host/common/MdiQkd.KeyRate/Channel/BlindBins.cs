using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Non-paralysable dead time counted in time bins: how many of the bins that follow a click (early, late, early, …) cannot click.
/// </summary>
/// <param name="AfterEarly">Blind bins after a click in an early bin, starting with the late bin of the same slot.</param>
/// <param name="AfterLate">Blind bins after a click in a late bin, starting with the early bin of the next slot.</param>
public sealed record BlindBins(int AfterEarly, int AfterLate)
{
    /// <summary>Most bins that a chain follows: 1,024 bins are 2.5 µs at 200 MHz, far beyond an SNSPD.</summary>
    public const int Max = 1024;

    /// <summary>Detectors without dead time.</summary>
    public static BlindBins None { get; } = new(0, 0);

    /// <summary>
    /// Bins whose centre lies less than <paramref name="deadTimePs"/> after the centre of the bin that clicked. Jitter inside the
    /// windows is not followed: a bin whose centre is exactly one dead time away counts as alive.
    /// </summary>
    public static BlindBins FromTiming(SlotTiming timing, double deadTimePs)
    {
        ArgumentNullException.ThrowIfNull(timing);
        KeyRateInputException.RequireRange(deadTimePs, 0, (double)timing.SlotPeriodPs * Max / 2);
        int gap = timing.SlotPeriodPs - timing.BinSpacingPs;
        return new(Count(timing.BinSpacingPs, gap, deadTimePs), Count(gap, timing.BinSpacingPs, deadTimePs));
    }

    private static int Count(int first, int second, double deadTimePs)
    {
        int bins = 0;
        for (long offset = first; offset < deadTimePs; bins++)
        {
            offset += bins % 2 == 0 ? second : first;
        }

        return bins;
    }
}
