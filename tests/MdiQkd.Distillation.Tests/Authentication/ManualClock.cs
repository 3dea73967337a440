namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>A clock that moves when told.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => ticks;

    internal void Advance(TimeSpan by) => ticks += by.Ticks;
}
