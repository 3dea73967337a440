namespace MdiQkd.Acquisition.Recordings;

/// <summary>A file of time tags. It is read to its end whatever it holds; what could not be used is counted.</summary>
public interface IRecording : ITimeTagSource
{
    /// <summary>What was read so far.</summary>
    RecordingCounters Counters { get; }
}
