using MdiQkd.KeyRate.Channel;
using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>What one user sends into the station during a session.</summary>
/// <param name="States">The states it prepared.</param>
/// <param name="Source">Its intensities; the label weights matter to the mean load of the detectors only.</param>
/// <param name="LossDb">Loss from the user to the detectors, hub included, detector efficiency excluded; 0..200.</param>
public sealed record UserLight(IPreparedStates States, SourceSettings Source, double LossDb)
{
    /// <summary>Arrival against the slot raster; positive = late.</summary>
    public double DelayPs { get; init; }

    /// <summary>Transmittance of the arm.</summary>
    public double Transmittance => Math.Pow(10, -LossDb / 10);

    /// <summary>Mean photon number at the beam splitter in the early and in the late bin for a state.</summary>
    internal (double Early, double Late) Arriving(PreparedState state, double extinction)
    {
        double total = Source.Intensity(state.Label) * Transmittance;
        if (state.Label != IntensityLabel.Z || state.IsPilot)
        {
            return (total / 2, total / 2);
        }

        return state.Bit == 0
            ? (total * (1 - extinction), total * extinction)
            : (total * extinction, total * (1 - extinction));
    }

    /// <summary>Phase of the late bin against the early one in units of π.</summary>
    internal double PhaseHalfTurns(PreparedState state) => PulseState.From(Source, state).PhaseHalfTurns;
}
