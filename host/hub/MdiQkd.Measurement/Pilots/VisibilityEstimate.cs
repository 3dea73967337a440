namespace MdiQkd.Measurement.Pilots;

/// <summary>Live interference figures from pilot slots, each with its standard error.</summary>
/// <param name="HomVisibility">
/// Depth of the Hong–Ou–Mandel dip of same-bin coincidences, M/2 for equal weak arms, 2ab/(a+b)² · M for arms a and b.
/// </param>
/// <param name="HomVisibilityError">One standard deviation.</param>
/// <param name="XErrorRate">X-basis error rate of weak pulses; (1 − M/2·cos δ)/2 for equal arms, 0.25 at best.</param>
/// <param name="XErrorRateError">One standard deviation.</param>
/// <param name="PilotSlots">Pilot slots judged.</param>
/// <param name="Coincidences">Pilot coincidences of both kinds that the figures rest on.</param>
public sealed record VisibilityEstimate(
    double HomVisibility, double HomVisibilityError, double XErrorRate, double XErrorRateError, long PilotSlots,
    long Coincidences);
