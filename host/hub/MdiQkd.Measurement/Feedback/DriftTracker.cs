namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Kalman filter of one drifting quantity: value and rate, the rate a random walk (constant-velocity model). In steady state a
/// constant drift leaves no error behind.
/// </summary>
public sealed class DriftTracker
{
    private readonly double rateNoise;
    private double p00;
    private double p01;
    private double p11;
    private double timeS;

    /// <summary>Starts at a value.</summary>
    /// <param name="value">First value.</param>
    /// <param name="sigma">Its standard deviation.</param>
    /// <param name="rateSigma">Standard deviation of the rate, per second; the rate starts at 0.</param>
    /// <param name="rateNoise">Spectral density of the rate's random walk, value²/s³.</param>
    /// <param name="timeS">Time of the value, in seconds.</param>
    public DriftTracker(double value, double sigma, double rateSigma, double rateNoise, double timeS)
    {
        Value = value;
        p00 = sigma * sigma;
        p11 = rateSigma * rateSigma;
        this.rateNoise = rateNoise;
        this.timeS = timeS;
    }

    /// <summary>Value at the time of the last update.</summary>
    public double Value { get; private set; }

    /// <summary>Drift per second.</summary>
    public double Rate { get; private set; }

    /// <summary>Value expected at a time.</summary>
    public double At(double atS) => Value + (Rate * (atS - timeS));

    /// <summary>Takes a measurement in; times never go back.</summary>
    public void Update(double measured, double sigma, double atS)
    {
        Advance(atS);
        double gain = 1 / (p00 + (sigma * sigma));
        double innovation = measured - Value;
        Value += p00 * gain * innovation;
        Rate += p01 * gain * innovation;
        p11 -= p01 * p01 * gain;
        p01 -= p00 * p01 * gain;
        p00 -= p00 * p00 * gain;
    }

    /// <summary>Goes on from another value; the rate stays.</summary>
    public void Jump(double value, double sigma, double atS)
    {
        Advance(atS);
        Value = value;
        p00 = sigma * sigma;
        p01 = 0;
    }

    /// <summary>Moves the value by what is known for certain.</summary>
    public void Shift(double by) => Value += by;

    private void Advance(double atS)
    {
        double dt = atS - timeS;
        timeS = atS;
        Value += Rate * dt;
        p00 += dt * ((2 * p01) + (dt * (p11 + (rateNoise * dt / 3))));
        p01 += dt * (p11 + (rateNoise * dt / 2));
        p11 += rateNoise * dt;
    }
}
