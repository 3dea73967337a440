using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Clock;

/// <summary>
/// Finds where arrivals lie in the slot from the mean phasor at one harmonic of the slot clock, at which early and late bin
/// add up: z = mean of exp(2πi·h·x/P). Pulses around the two centres P/2 ± S/2 give exp(iπh)·cos(πhS/P), turned by the phase
/// error; uniform background gives nothing. The phase is known modulo P/h.
/// </summary>
public sealed class ArrivalPhase
{
    /// <summary>Bins over the slot.</summary>
    public const int Bins = 128;

    private const int HarmonicMax = 4;

    private readonly long[] counts = new long[Bins];
    private readonly int periodPs;
    private readonly double spacing;

    /// <summary>Empty.</summary>
    public ArrivalPhase(SlotTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        periodPs = timing.SlotPeriodPs;
        spacing = (double)timing.BinSpacingPs / timing.SlotPeriodPs;
        for (int h = 1; h <= HarmonicMax; h++)
        {
            // A higher harmonic is sharper and more ambiguous: it must be clearly better.
            Harmonic = Math.Abs(Pattern(h)) > 1.2 * Math.Abs(Pattern(Harmonic)) ? h : Harmonic;
        }
    }

    /// <summary>Harmonic h of the slot clock that is used.</summary>
    public int Harmonic { get; } = 1;

    /// <summary>Distance between phases that arrivals alone cannot tell apart, P/h.</summary>
    public double AmbiguityPs => (double)periodPs / Harmonic;

    /// <summary>Tags added.</summary>
    public long Samples { get; private set; }

    /// <summary>Arrivals by time in the slot; bin i holds [i · P/128, (i + 1) · P/128).</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(counts);
        Samples = 0;
    }

    /// <summary>Adds an arrival.</summary>
    /// <param name="inSlotPs">Time since the start of the slot, 0 to P − 1.</param>
    public void Add(long inSlotPs)
    {
        counts[inSlotPs * Bins / periodPs]++;
        Samples++;
    }

    /// <summary>Adds all arrivals of another one of the same raster.</summary>
    public void Add(ArrivalPhase other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < Bins; i++)
        {
            counts[i] += other.counts[i];
        }

        Samples += other.Samples;
    }

    /// <summary>Samples × |z|²: 1 on average for tags without a period, above 25 with a probability of e^−25.</summary>
    public double Significance()
    {
        (double re, double im) = Phasor(Harmonic);
        return Samples * ((re * re) + (im * im));
    }

    /// <summary>Evaluates the arrivals; at least one.</summary>
    public ArrivalEstimate Estimate()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Samples);
        (double re, double im) = Phasor(Harmonic);
        double length = Math.Sqrt((re * re) + (im * im));
        double turns = (Math.Atan2(im, re) / Math.Tau) - PatternTurns(Harmonic);
        turns -= Math.Round(turns);
        return new ArrivalEstimate(
            Samples,
            Math.Min(1, length / Math.Abs(Pattern(Harmonic))),
            turns * AmbiguityPs,
            AmbiguityPs / Math.Tau / Math.Max(1e-6, length * Math.Sqrt(2.0 * Samples)),
            JitterPs(length));
    }

    /// <summary>Phase, in turns, that arrivals without an error have at a harmonic.</summary>
    internal double PatternTurns(int harmonic) => (harmonic / 2.0) + (Pattern(harmonic) < 0 ? 0.5 : 0);

    // Gaussian arrivals shrink harmonic h by exp(−2π²σ²h²/P²); that of twice the harmonic by the fourth power of it.
    private double? JitterPs(double length)
    {
        (double re, double im) = Phasor(2 * Harmonic);
        double twice = Math.Sqrt((re * re) + (im * im)) / Math.Abs(Pattern(2 * Harmonic));
        double once = length / Math.Abs(Pattern(Harmonic));
        bool tells = Math.Abs(Pattern(2 * Harmonic)) > 0.3 && once > 0 && twice * Math.Sqrt(Samples) > 5;
        if (!tells)
        {
            return null;
        }

        double binPs = (double)periodPs / Bins;
        double variance = (Math.Log(Math.Max(1, once / twice)) * AmbiguityPs * AmbiguityPs / (6 * Math.PI * Math.PI)) - (binPs * binPs / 12);
        return Math.Sqrt(Math.Max(0, variance));
    }

    private double Pattern(int harmonic) => Math.Cos(Math.PI * harmonic * spacing);

    private (double Re, double Im) Phasor(int harmonic)
    {
        double re = 0;
        double im = 0;
        for (int i = 0; i < Bins; i++)
        {
            if (counts[i] > 0)
            {
                // Centre of the bin.
                (double sin, double cos) = Math.SinCos(Math.Tau * harmonic * (i + 0.5) / Bins);
                re += counts[i] * cos;
                im += counts[i] * sin;
            }
        }

        return Samples == 0 ? (0, 0) : (re / Samples, im / Samples);
    }
}
