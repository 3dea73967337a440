namespace MdiQkd.Firmware.Ports;

/// <summary>Time since start. Times of tags never come from here: they belong to the tagger hardware.</summary>
public interface IDeviceClock
{
    /// <summary>Milliseconds since start; never falls.</summary>
    long NowMs { get; }
}
