namespace MdiQkd.Measurement.Pilots;

/// <summary>Phase that the two users' light gains against each other between the bins: 2π·(ν_A − ν_B)·T and any fixed offset.</summary>
/// <param name="PhaseRad">δ in (−π, π]; positive = A's frequency is higher.</param>
/// <param name="PhaseErrorRad">One standard deviation.</param>
/// <param name="Coincidences">Coincidences that it rests on.</param>
public sealed record PhaseEstimate(double PhaseRad, double PhaseErrorRad, long Coincidences);
