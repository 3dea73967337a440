namespace MdiQkd.Protocol;

/// <summary>
/// Intensity class of a prepared pulse pair, four-intensity protocol (Zhou, Yu, Wang, PRA 93, 042324 (2016)).
/// The label fixes the basis: <see cref="Z"/> is sent in the Z basis, <see cref="W"/> and <see cref="V"/> in the X basis.
/// The values are the two bits of a disclosed label on the wire.
/// </summary>
public enum IntensityLabel
{
    /// <summary>Vacuum.</summary>
    O = 0,

    /// <summary>Weaker decoy, X basis.</summary>
    W = 1,

    /// <summary>Stronger decoy, X basis.</summary>
    V = 2,

    /// <summary>Signal, Z basis; the only label that key is made from.</summary>
    Z = 3,
}
