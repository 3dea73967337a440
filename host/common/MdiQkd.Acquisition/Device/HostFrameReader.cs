using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>Finds a device's frames; checksums of payloads by the processor's own instruction.</summary>
internal sealed class HostFrameReader() : FrameReader(WireProtocol.PayloadBytesMax)
{
    /// <inheritdoc/>
    protected override uint Checksum(byte[] source, int offset, int count) => Crc32C.Compute(source.AsSpan(offset, count));
}
