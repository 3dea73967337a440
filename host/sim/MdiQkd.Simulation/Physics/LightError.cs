namespace MdiQkd.Simulation.Physics;

/// <summary>How one user's light is off when it reaches the station.</summary>
/// <param name="DelayPs">Arrival against the slot raster; positive = late.</param>
/// <param name="FrequencyHz">Optical frequency against the nominal one.</param>
/// <param name="AngleRad">Polarisation against the polariser in front of the beam splitter.</param>
/// <param name="LossDb">Loss on top of the arm's own.</param>
public readonly record struct LightError(double DelayPs, double FrequencyHz, double AngleRad, double LossDb = 0)
{
    /// <summary>Share of the light that passes the polariser, cos² (Malus), and the loss.</summary>
    public double Transmitted => Math.Pow(Math.Cos(AngleRad), 2) * Math.Pow(10, -LossDb / 10);
}
