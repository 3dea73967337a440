namespace MdiQkd.KeyRate.Decoy;

/// <summary>Gains of a finite block as intervals of confidence for <see cref="LinearDecoyBounds"/>.</summary>
public static class FiniteObservations
{
    /// <summary>
    /// The seven X-basis label pairs that four-intensity counts hold, each with its own Chernoff interval (no joint constraints). Where
    /// a user sent vacuum the error gain is half the gain, because that user's bit had no effect on the light.
    /// </summary>
    /// <exception cref="KeyRateInputException">An input is out of range.</exception>
    public static IReadOnlyList<GainObservation> From(
        FourIntensityParameters parameters, FourIntensityCounts counts, ChernoffBound chernoff)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(chernoff);
        parameters.Validate();
        counts.Validate(parameters);
        UserParameters a = parameters.A;
        UserParameters b = parameters.B;
        return
        [
            OfCounts(a.W, b.W, a.Pw * b.Pw, counts.Nww, counts.Mww),
            OfCounts(a.V, b.V, a.Pv * b.Pv, counts.Nvv, counts.Mvv),
            OfVacuum(0, b.W, a.Po * b.Pw, counts.N0w),
            OfVacuum(a.W, 0, a.Pw * b.Po, counts.Nw0),
            OfVacuum(0, b.V, a.Po * b.Pv, counts.N0v),
            OfVacuum(a.V, 0, a.Pv * b.Po, counts.Nv0),
            OfVacuum(0, 0, a.Po * b.Po, counts.N00),
        ];

        GainObservation OfCounts(double mu, double nu, double probability, double events, double errors)
        {
            (double lower, double upper) = Interval(events, probability);
            (double errorLower, double errorUpper) = Interval(errors, probability);
            return new(mu, nu, lower, upper, errorLower, errorUpper);
        }

        GainObservation OfVacuum(double mu, double nu, double probability, double events)
        {
            (double lower, double upper) = Interval(events, probability);
            return new(mu, nu, lower, upper, 0.5 * lower, 0.5 * upper);
        }

        (double Lower, double Upper) Interval(double count, double probability)
        {
            double slots = parameters.N * probability;
            return (chernoff.ExpectationLower(count) / slots, Math.Min(1, chernoff.ExpectationUpper(count) / slots));
        }
    }
}
