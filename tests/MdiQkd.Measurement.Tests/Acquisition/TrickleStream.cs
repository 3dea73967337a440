namespace MdiQkd.Measurement.Tests.Acquisition;

/// <summary>A byte stream that hands out at most a few bytes at a time, as a network may.</summary>
internal sealed class TrickleStream(byte[] bytes, int atMost) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(atMost, buffer.Length)], cancellationToken);
}
