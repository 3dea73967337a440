namespace MdiQkd.Measurement.Clock;

/// <summary>Finds pauses between tags that their rate does not explain.</summary>
internal sealed class TagPauses
{
    // A pause of 100 mean distances: e^−50 even if tags come in pairs.
    private const double GapDistances = 100;
    private const int GapStride = 32;

    private double meanDistancePs;
    private long lastTagPs = -1;

    /// <summary>Takes the mean distance of a stretch in; the first counts alone, later ones half.</summary>
    public void Learn(double distancePs, bool isFirst) => meanDistancePs = isFirst ? distancePs : (meanDistancePs + distancePs) / 2;

    /// <summary>Forgets the mean distance: no pause is long until it is known again.</summary>
    public void Forget() => meanDistancePs = 0;

    /// <summary>A pause from here on is explained.</summary>
    public void Explain() => lastTagPs = -1;

    /// <summary>Notes the last tag.</summary>
    public void Note(long timePs) => lastTagPs = timePs;

    /// <summary>Whether there is a pause before or between these tags.</summary>
    public bool HasGap(ReadOnlySpan<long> timesPs)
    {
        if (meanDistancePs <= 0)
        {
            return false;
        }

        double limitPs = GapDistances * meanDistancePs;
        bool found = lastTagPs >= 0 && timesPs[0] - lastTagPs > limitPs;
        for (int i = 0; i + 1 < timesPs.Length; i += GapStride)
        {
            int to = Math.Min(i + GapStride, timesPs.Length - 1);
            if (timesPs[to] - timesPs[i] > limitPs)
            {
                for (int k = i + 1; k <= to; k++)
                {
                    found |= timesPs[k] - timesPs[k - 1] > limitPs;
                }
            }
        }

        return found;
    }
}
