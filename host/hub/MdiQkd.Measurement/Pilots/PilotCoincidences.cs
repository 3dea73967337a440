namespace MdiQkd.Measurement.Pilots;

/// <summary>Two-photon interference of the pilots that both users send.</summary>
/// <remarks>
/// Design: a rate of coincidences says nothing without a scale, and the scale is the product of singles. Averaging
/// I_c = (a+b)/2 + √(Mab)·cos θ and I_d with minus over the random θ gives, for weak pulses in two detectors, coincidences over
/// accidentals g = 1 − V in the same bin, with V = 2Mab/(a+b)², g = 1 − V·cos δ in opposite bins of in-phase pilots and
/// g = 1 + V·sin δ in quadrature. So δ is known with its sign over the full circle. The dead time of a detector enters
/// coincidences and singles by the same factor. Trade-offs: first order in the photon number per window, so g is off by
/// about that number; no background is subtracted.
/// </remarks>
public sealed class PilotCoincidences
{
    /// <summary>In-phase pilots.</summary>
    public CoincidenceTally InPhase { get; } = new();

    /// <summary>Quadrature pilots.</summary>
    public CoincidenceTally Quadrature { get; } = new();

    /// <summary>Hong–Ou–Mandel visibility and X error rate. False as long as a window has no click at all.</summary>
    public bool TryEstimateVisibility(out VisibilityEstimate? estimate)
    {
        estimate = null;
        double same = InPhase.SameBinAccidentals + Quadrature.SameBinAccidentals;
        double opposite = InPhase.OppositeAccidentals;
        if (same <= 0 || opposite <= 0 || InPhase.ClicksByWindow.Any(clicks => clicks == 0))
        {
            return false;
        }

        // Poisson counts; one is added so that no coincidence at all does not claim certainty. The singles, a hundred times
        // as many, add nothing that shows.
        long sameCounts = InPhase.SameBin + Quadrature.SameBin;
        estimate = new VisibilityEstimate(
            1 - (sameCounts / same),
            Math.Sqrt(sameCounts + 1) / same,
            InPhase.OppositeBins / opposite / 2,
            Math.Sqrt(InPhase.OppositeBins + 1) / opposite / 2,
            InPhase.Slots + Quadrature.Slots,
            sameCounts + InPhase.OppositeBins);
        return true;
    }

    /// <summary>Phase between the bins. False while nothing shows above two standard deviations.</summary>
    public bool TryEstimatePhase(out PhaseEstimate? estimate)
    {
        estimate = null;
        double scaleI = InPhase.OppositeAccidentals;
        double scaleQ = Quadrature.OppositeAccidentals;
        if (scaleI <= 0 || scaleQ <= 0)
        {
            return false;
        }

        double cosine = 1 - (InPhase.OppositeBins / scaleI);
        double sine = (Quadrature.OppositeBins / scaleQ) - 1;
        double length = Math.Sqrt((cosine * cosine) + (sine * sine));

        // Standard deviation across the direction of the phase; g is near 1 ± V, so 1/scale serves for its variance.
        double phase = Math.Atan2(sine, cosine);
        double across = Math.Sqrt(
            (Math.Pow(Math.Sin(phase), 2) * (InPhase.OppositeBins + 1) / (scaleI * scaleI))
            + (Math.Pow(Math.Cos(phase), 2) * (Quadrature.OppositeBins + 1) / (scaleQ * scaleQ)));
        if (length < 2 * across)
        {
            return false;
        }

        // Small visibilities that noise has made larger must not look certain: V of weak equal pulses is 1/2 at most.
        estimate = new PhaseEstimate(phase, across / Math.Min(length, 0.5), InPhase.OppositeBins + Quadrature.OppositeBins);
        return true;
    }

    /// <summary>
    /// Visibility from all coincidences: the dip of those in the same bin, and the fringe of in-phase pilots in opposite bins, which has
    /// the depth V·cos δ. To be compared with another at the same δ only. False as long as there are no singles to scale it.
    /// </summary>
    /// <param name="depth">Mean of both, weighted by their scales.</param>
    /// <param name="sigma">One standard deviation.</param>
    public bool TryEstimateDepth(out double depth, out double sigma)
    {
        double scale = InPhase.SameBinAccidentals + Quadrature.SameBinAccidentals + InPhase.OppositeAccidentals;
        long counts = InPhase.SameBin + Quadrature.SameBin + InPhase.OppositeBins;
        depth = scale > 0 ? 1 - (counts / scale) : 0;
        sigma = scale > 0 ? Math.Sqrt(counts + 1) / scale : 1;
        return scale > 0;
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        InPhase.Clear();
        Quadrature.Clear();
    }

    /// <summary>Adds those of another interval.</summary>
    internal void Add(PilotCoincidences other)
    {
        InPhase.Add(other.InPhase);
        Quadrature.Add(other.Quadrature);
    }
}
