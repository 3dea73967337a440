using System.Numerics;

namespace MdiQkd.Measurement.Pilots;

/// <summary>Clicks and coincidences of the pilots of one kind that both users send.</summary>
public sealed class CoincidenceTally
{
    private readonly long[] clicks = new long[4];

    /// <summary>Pilot slots judged, with or without clicks.</summary>
    public long Slots { get; set; }

    /// <summary>Both detectors in the same bin.</summary>
    public long SameBin { get; private set; }

    /// <summary>One detector in the early and the other in the late bin.</summary>
    public long OppositeBins { get; private set; }

    /// <summary>Clicks by window: c early, c late, d early, d late.</summary>
    public IReadOnlyList<long> ClicksByWindow => clicks;

    /// <summary>Same-bin coincidences that clicks without interference would give.</summary>
    public double SameBinAccidentals => Slots == 0 ? 0 : (((double)clicks[0] * clicks[2]) + ((double)clicks[1] * clicks[3])) / Slots;

    /// <summary>The same for opposite bins.</summary>
    public double OppositeAccidentals => Slots == 0 ? 0 : (((double)clicks[0] * clicks[3]) + ((double)clicks[1] * clicks[2])) / Slots;

    /// <summary>Counts the clicks of one slot; a window that clicked twice counts once.</summary>
    internal void Add(int mask)
    {
        for (int rest = mask; rest != 0; rest &= rest - 1)
        {
            clicks[BitOperations.TrailingZeroCount(rest)]++;
        }

        SameBin += ClickMask.Has(mask, ClickMask.SameEarly) + ClickMask.Has(mask, ClickMask.SameLate);
        OppositeBins += ClickMask.Has(mask, ClickMask.CEarlyDLate) + ClickMask.Has(mask, ClickMask.DEarlyCLate);
    }

    /// <summary>Adds the counts of another interval.</summary>
    internal void Add(CoincidenceTally other)
    {
        for (int i = 0; i < clicks.Length; i++)
        {
            clicks[i] += other.clicks[i];
        }

        Slots += other.Slots;
        SameBin += other.SameBin;
        OppositeBins += other.OppositeBins;
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        Array.Clear(clicks);
        Slots = SameBin = OppositeBins = 0;
    }
}
