using Microsoft.Win32.SafeHandles;

namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>
/// A file of recorded samples, held exclusively. Design: samples are overwritten with zeros, durably, before they are used, and a
/// leading run of zeros is skipped on opening. So nothing is used twice, also after a crash, and what keys were made from does not stay
/// on the medium. Trade-off: a crash loses up to one chunk.
/// </summary>
public sealed class FileNoiseSource : INoiseSource
{
    /// <summary>Samples taken from the file at once: one flush to the medium per 64 KiB.</summary>
    private const int ChunkBytes = 1 << 16;

    private readonly SafeFileHandle handle;
    private readonly byte[] chunk = GC.AllocateArray<byte>(ChunkBytes, pinned: true);
    private long position;
    private int taken;
    private int held;

    /// <summary>Opens it and finds where the unused samples begin.</summary>
    /// <exception cref="IOException">It cannot be opened or read, or another process has it.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read and write it.</exception>
    public FileNoiseSource(string path)
    {
        Name = path;
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        int read;
        while ((read = RandomAccess.Read(handle, chunk, position)) > 0)
        {
            int zeros = chunk.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            position += zeros < 0 ? read : zeros;
            if (zeros >= 0)
            {
                break;
            }
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Read(Span<byte> samples)
    {
        if (taken == held && !TryTakeChunk())
        {
            return 0;
        }

        int count = Math.Min(samples.Length, held - taken);
        Span<byte> given = chunk.AsSpan(taken, count);
        given.CopyTo(samples);
        given.Clear();
        taken += count;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        chunk.AsSpan().Clear();
        handle.Dispose();
    }

    private bool TryTakeChunk()
    {
        taken = 0;
        held = RandomAccess.Read(handle, chunk, position);
        RandomAccess.Write(handle, new byte[held], position);
        RandomAccess.FlushToDisk(handle);
        position += held;
        return held > 0;
    }
}
