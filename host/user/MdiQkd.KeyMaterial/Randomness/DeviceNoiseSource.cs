namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>A character device or pipe.</summary>
public sealed class DeviceNoiseSource : INoiseSource
{
    private readonly FileStream stream;

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">It cannot be opened, or is a file, from which the same samples would come again and again.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission, or a folder.</exception>
    public DeviceNoiseSource(string path)
    {
        Name = path;
        stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        if (stream.CanSeek && stream.Length > 0)
        {
            stream.Dispose();
            throw new IOException("it is a file, not a device; kind = file reads recorded samples once");
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Read(Span<byte> samples) => stream.Read(samples);

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
