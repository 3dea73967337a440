namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// A file for readers that have a buffer themselves. Asynchronous reads are done at once: to copy what the system has read ahead takes less
/// time than to change threads, which is what <see cref="FileStream"/> does for each.
/// </summary>
internal sealed class LocalFile(string path)
    : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan)
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));
}
