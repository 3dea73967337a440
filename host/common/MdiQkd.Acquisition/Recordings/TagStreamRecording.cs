namespace MdiQkd.Acquisition.Recordings;

/// <summary>A tag stream that was saved to a file, with the counters of a recording; a record is a tag.</summary>
/// <param name="stream">At its start; disposed in the end.</param>
public sealed class TagStreamRecording(Stream stream) : IRecording
{
    private readonly TagStreamReader reader = new(stream);

    /// <inheritdoc/>
    public RecordingCounters Counters { get; } = new();

    /// <inheritdoc/>
    public TimeTagError EndReason => reader.EndReason;

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        bool read = await reader.ReadAsync(block, ct).ConfigureAwait(false);
        Counters.Records += block.Count;
        Counters.ReportedLost += block.LostTags;
        Counters.AddTags(block, 0);
        return read;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => reader.DisposeAsync();
}
