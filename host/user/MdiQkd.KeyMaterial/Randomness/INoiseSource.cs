namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>Driver of a physical source: raw samples of one byte each, before any conditioning in this program.</summary>
public interface INoiseSource : IDisposable
{
    /// <summary>What an operator calls it: the path of the device or file.</summary>
    string Name { get; }

    /// <summary>Blocks until there are samples.</summary>
    /// <returns>Samples written, 1 … length; 0 when the source has ended.</returns>
    /// <exception cref="IOException">The source is gone or broken.</exception>
    int Read(Span<byte> samples);
}
