using Microsoft.Win32.SafeHandles;

namespace MdiQkd.Authentication.Pool;

/// <summary>A pool file, held exclusively (flock on Unix, sharing mode on Windows) while it is open.</summary>
internal sealed class FilePoolStorage : PoolStorage
{
    private readonly SafeFileHandle handle;

    private FilePoolStorage(SafeFileHandle handle) => this.handle = handle;

    internal override long Length => RandomAccess.GetLength(handle);

    /// <summary>Opens an existing file; IOException or UnauthorizedAccessException when that fails.</summary>
    internal static FilePoolStorage Open(string path) =>
        new(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));

    /// <summary>Creates a file with mode 0600; IOException if it exists.</summary>
    internal static FilePoolStorage Create(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // File.OpenHandle takes no creation mode: create with the mode, then reopen under the lock.
        using (File.Open(path, options))
        {
        }

        return Open(path);
    }

    internal override void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            destination = destination[read..];
            offset += read;
        }
    }

    internal override void Write(long offset, ReadOnlySpan<byte> source) => RandomAccess.Write(handle, source, offset);

    internal override void Flush() => RandomAccess.FlushToDisk(handle);

    public override void Dispose() => handle.Dispose();
}
