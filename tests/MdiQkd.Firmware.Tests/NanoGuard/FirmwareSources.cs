namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>Sources of the tree that the device build links.</summary>
internal static class FirmwareSources
{
    /// <summary>Root of the tree.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>All sources of a folder, with paths from the root.</summary>
    internal static IEnumerable<(string Path, string Text)> Of(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(file => (file, File.ReadAllText(Path.Combine(Root, file))));

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "MdiQkd.Edge.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests do not lie below the repository's root");
    }
}
