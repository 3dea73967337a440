namespace MdiQkd.Simulation.World;

/// <summary>What moves one user's light.</summary>
[Flags]
internal enum Actuators
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Delay line.</summary>
    DelayLine = 1,

    /// <summary>Laser frequency.</summary>
    Laser = 2,

    /// <summary>Polarisation controller.</summary>
    Polarisation = 4,
}
