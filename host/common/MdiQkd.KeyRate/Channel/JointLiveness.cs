namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Joint state of the two detectors at the start of a slot, as far as that slot can tell: each is live, recovers between the
/// early and the late bin, or is dead for the whole slot. The remaining probability belongs to the other combinations.
/// </summary>
/// <param name="BothLive">Both detectors live in both bins.</param>
/// <param name="CLiveDLateOnly">c live, d only from the late bin on.</param>
/// <param name="DLiveCLateOnly">d live, c only from the late bin on.</param>
public readonly record struct JointLiveness(double BothLive, double CLiveDLateOnly, double DLiveCLateOnly)
{
    /// <summary>Probability that a |ψ⁻⟩ click pair with the early click in c is seen.</summary>
    public double CEarlyDLate => BothLive + CLiveDLateOnly;

    /// <summary>Probability that a |ψ⁻⟩ click pair with the early click in d is seen.</summary>
    public double DEarlyCLate => BothLive + DLiveCLateOnly;
}
