using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>A link whose host changes at once: closed for a single look.</summary>
internal sealed class BlinkingLink(IByteLink inner) : IByteLink
{
    /// <summary>Looks until it is seen closed; below 0 it stays open.</summary>
    internal int OpenLooks { get; set; } = -1;

    public bool IsOpen => OpenLooks < 0 ? inner.IsOpen : OpenLooks-- > 0;

    public int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public int Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
}
