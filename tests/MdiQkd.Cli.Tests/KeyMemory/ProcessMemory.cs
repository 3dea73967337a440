using System.Globalization;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>A dump of a running process: all that it can write, read from /proc/PID/mem without stopping it.</summary>
internal static class ProcessMemory
{
    private const int PartBytes = 1 << 22;

    /// <summary>Why this machine gives no dump of a child process, or null.</summary>
    internal static string? Obstacle(int process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "there is no /proc/PID/mem on this system";
        }

        try
        {
            File.OpenRead($"/proc/{process}/mem").Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the memory of a child process cannot be read here: {e.Message}";
        }
    }

    /// <summary>Secrets of which the process holds a piece, with a place each.</summary>
    /// <param name="process">Process id.</param>
    /// <param name="scanner">The secrets.</param>
    /// <param name="bytes">Bytes looked at.</param>
    internal static SortedDictionary<string, string> Scan(int process, SecretScanner scanner, out long bytes)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        using FileStream memory = new($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] part = new byte[PartBytes];
        bytes = 0;
        foreach (string line in File.ReadAllLines($"/proc/{process}/maps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!fields[1].StartsWith("rw", StringComparison.Ordinal))
            {
                continue;
            }

            string[] ends = fields[0].Split('-');
            long start = long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            long end = long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            string owner = fields.Length > 5 ? fields[5] : "anonymous";
            for (long at = start; at < end; at += PartBytes - SecretScanner.PieceBytesMax)
            {
                int length = ReadPart(memory, at, part.AsSpan(0, (int)Math.Min(PartBytes, end - at)));
                scanner.Find(part.AsSpan(0, length), $"{owner} 0x{at:x}", found);
                bytes += length;
            }
        }

        return found;
    }

    /// <summary>Less than asked for where the process has let go of the memory meanwhile.</summary>
    private static int ReadPart(FileStream memory, long at, Span<byte> part)
    {
        try
        {
            memory.Position = at;
            return memory.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
