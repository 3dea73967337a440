using System.Numerics;

namespace MdiQkd.Measurement;

/// <summary>
/// Accumulates the clicks of pilot slots and estimates visibility and X error. In a pilot both users send the X state of label v
/// with bit 0, phases random: equal bits, so every |ψ⁻⟩ there is an X error.
/// </summary>
/// <remarks>
/// Design: a rate of |ψ⁻⟩ alone says nothing without a scale, and |ψ⁺⟩ (the right outcomes) suffers from dead time. The scale
/// is the product of singles. Averaging I_c = (a+b)/2 + √(Mab)·cos θ and I_d with minus over the random θ gives, for weak
/// pulses in two detectors, coincidences over accidentals g = 1 − V in the same bin, with V = 2Mab/(a+b)², and g = 1 − V·cos δ
/// in opposite bins, with the phase δ that the users' frequencies gain against each other between the bins; |ψ⁺⟩ has
/// 1 + V·cos δ. So the visibility is 1 − g(same bin), and the X error |ψ⁻⟩/(|ψ⁻⟩ + |ψ⁺⟩) = g(opposite bins)/2 (compare
/// E_X = (1 − M/2)/2 for equal arms). The dead time of a detector enters coincidences and singles by the same factor.
/// Trade-offs: first order in the photon number per window, so g is off by about that number; no background is subtracted.
/// </remarks>
public sealed class PilotMonitor
{
    private readonly long[] clicks = new long[4];
    private long sameEarly;
    private long sameLate;
    private long cEarlyDLate;
    private long dEarlyCLate;

    /// <summary>Pilot slots judged, with or without clicks.</summary>
    public long Slots { get; private set; }

    /// <summary>One detector in the early and the other in the late bin: |ψ⁻⟩, an X error in a pilot.</summary>
    public long OppositeBinCoincidences => cEarlyDLate + dEarlyCLate;

    /// <summary>Both detectors in the same bin.</summary>
    public long SameBinCoincidences => sameEarly + sameLate;

    /// <summary>Clicks by <see cref="ClickMask.Window"/>; [4].</summary>
    internal IReadOnlyList<long> ClicksByWindow => clicks;

    /// <summary>Forgets all, to begin a new averaging interval.</summary>
    public void Reset()
    {
        Array.Clear(clicks);
        sameEarly = sameLate = cEarlyDLate = dEarlyCLate = 0;
        Slots = 0;
    }

    /// <summary>Estimates visibility and X error from what was accumulated.</summary>
    /// <param name="estimate">The estimate, or null.</param>
    /// <returns>False as long as a detector or a bin has no click at all.</returns>
    public bool TryEstimate(out VisibilityEstimate? estimate)
    {
        double c0 = clicks[ClickMask.Window(0, 0)];
        double c1 = clicks[ClickMask.Window(0, 1)];
        double d0 = clicks[ClickMask.Window(1, 0)];
        double d1 = clicks[ClickMask.Window(1, 1)];
        estimate = null;
        if (c0 * c1 * d0 * d1 == 0)
        {
            return false;
        }

        double sameAccidental = ((c0 * d0) + (c1 * d1)) / Slots;
        double oppositeAccidental = ((c0 * d1) + (d0 * c1)) / Slots;

        // Poisson counts; one is added so that no coincidence at all does not claim certainty. The singles, a hundred times
        // as many, add nothing that shows.
        estimate = new VisibilityEstimate(
            1 - (SameBinCoincidences / sameAccidental),
            Math.Sqrt(SameBinCoincidences + 1) / sameAccidental,
            OppositeBinCoincidences / oppositeAccidental / 2,
            Math.Sqrt(OppositeBinCoincidences + 1) / oppositeAccidental / 2,
            Slots,
            SameBinCoincidences + OppositeBinCoincidences);
        return true;
    }

    /// <summary>Counts pilot slots as judged.</summary>
    internal void AddSlots(long slots) => Slots += slots;

    /// <summary>Counts the clicks of one judged pilot slot.</summary>
    internal void AddClicks(int mask)
    {
        for (int rest = mask; rest != 0; rest &= rest - 1)
        {
            clicks[BitOperations.TrailingZeroCount(rest)]++;
        }

        sameEarly += ClickMask.Has(mask, ClickMask.SameEarly);
        sameLate += ClickMask.Has(mask, ClickMask.SameLate);
        cEarlyDLate += ClickMask.Has(mask, ClickMask.CEarlyDLate);
        dEarlyCLate += ClickMask.Has(mask, ClickMask.DEarlyCLate);
    }
}
