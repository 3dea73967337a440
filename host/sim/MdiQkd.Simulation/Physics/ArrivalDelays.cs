namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Delays of light that is off the slot raster. A photon of a bin that holds light of both users is A's with A's share: exact when
/// the pulses do not overlap in time, and of no effect when they do.
/// </summary>
internal sealed class ArrivalDelays
{
    private readonly int delayA;
    private readonly int delayB;
    private readonly PhysicsRandom random;

    private ArrivalDelays(int delayA, int delayB, PhysicsRandom random)
    {
        this.delayA = delayA;
        this.delayB = delayB;
        this.random = random;
    }

    /// <summary>No delay is larger than this, either way.</summary>
    public int LargestPs => Math.Max(Math.Abs(delayA), Math.Abs(delayB));

    /// <summary>The delays of two users, or null if both are on the raster.</summary>
    public static ArrivalDelays? OfAny(UserLight a, UserLight b, PhysicsSeed seed)
    {
        int delayA = (int)Math.Round(a.DelayPs);
        int delayB = (int)Math.Round(b.DelayPs);
        return delayA == 0 && delayB == 0 ? null : new ArrivalDelays(delayA, delayB, seed.Generator("arrival delays"));
    }

    /// <summary>Delay of a photon.</summary>
    /// <param name="shareOfA">A's share of the light in its bin.</param>
    public int Draw(double shareOfA) =>
        delayA == delayB || random.NextDouble() < shareOfA ? delayA : delayB;
}
