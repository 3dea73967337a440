using MdiQkd.Preparation;

namespace MdiQkd.Simulation.World;

/// <summary>What one encoder is armed with. Used on the laboratory's loop only.</summary>
internal sealed class ArmedSession : IDisposable
{
    public ArmedSession(SessionLight light, ReadOnlySpan<byte> stateKey)
    {
        Light = light;
        States = new CounterStates(stateKey, light.Source, light.Pilots, light.Slots, light.IsReference);
    }

    public SessionLight Light { get; }

    public CounterStates States { get; }

    /// <summary>Slots before this one may be emitted.</summary>
    public long UntilSlot { get; private set; }

    /// <summary>More slots may be emitted; never fewer.</summary>
    public void Allow(long untilSlot) => UntilSlot = Math.Max(UntilSlot, Math.Min(untilSlot, Light.Slots));

    /// <summary>Why the light of two encoders does not make one session, or null.</summary>
    public static string? Mismatch(SessionLight a, SessionLight b) =>
        a.Session != b.Session ? "the two encoders at the measurement armed different sessions"
        : a.StartPs != b.StartPs ? $"the two encoders armed different starts, {a.StartPs} and {b.StartPs} ps"
        : a.Slots != b.Slots ? $"the two encoders armed different numbers of slots, {a.Slots} and {b.Slots}"
        : a.Pilots != b.Pilots ? "the two encoders armed different pilot patterns"
        : a.Pilots.Length > 0 && a.IsReference == b.IsReference ? "the two encoders armed the same role of the pilot pattern"
        : null;

    public void Dispose() => States.Dispose();
}
