using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Feedback;

/// <summary>Sums of a visibility scan: coincidences with the lasers' difference far above and far below what the phase wants.</summary>
public sealed class VisibilityScan
{
    private readonly PilotCoincidences above = new();
    private readonly PilotCoincidences below = new();

    /// <summary>Intervals of both sides.</summary>
    public int Intervals { get; private set; }

    /// <summary>Adds an interval of one side.</summary>
    public void Add(bool isAbove, PilotCoincidences interval)
    {
        (isAbove ? above : below).Add(interval);
        Intervals++;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        above.Clear();
        below.Clear();
        Intervals = 0;
    }

    /// <summary>Has the controller move to the right period. False, and nothing is changed, while the visibilities do not tell.</summary>
    /// <param name="frequency">The controller.</param>
    /// <param name="last">Whether to take the likeliest period though others are not ruled out.</param>
    public bool TryEnd(FrequencyController frequency, bool last) =>
        above.TryEstimateDepth(out double depthAbove, out double sigmaAbove)
        && below.TryEstimateDepth(out double depthBelow, out double sigmaBelow)
        && frequency.TryScan(depthAbove, sigmaAbove, depthBelow, sigmaBelow, last);
}
