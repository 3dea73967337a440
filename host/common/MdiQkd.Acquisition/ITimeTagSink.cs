namespace MdiQkd.Acquisition;

/// <summary>Where time tags go: a recording, a network stream. What was not completed reads as cut.</summary>
public interface ITimeTagSink : IAsyncDisposable
{
    /// <summary>Bytes written so far.</summary>
    long BytesWritten { get; }

    /// <summary>Takes a block; it must follow the one before.</summary>
    /// <exception cref="ArgumentException">It does not, or its tags exceed its watermark.</exception>
    ValueTask WriteAsync(TimeTagBlock block, CancellationToken ct);

    /// <summary>Closes the recording; nothing may follow.</summary>
    ValueTask CompleteAsync(CancellationToken ct);
}
