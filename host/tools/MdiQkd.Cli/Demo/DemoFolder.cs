namespace MdiQkd.Cli.Demo;

/// <summary>
/// Where a demo keeps certificates, configurations, logs and stores: a temporary folder, deleted on dispose, or one to keep.
/// Only its owner may enter it.
/// </summary>
internal sealed class DemoFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly bool keep;

    private DemoFolder(string root, bool keep)
    {
        Root = root;
        this.keep = keep;
        foreach (string folder in new[] { Certificates, Configuration, Logs, Stores })
        {
            Create(folder);
        }
    }

    /// <summary>The folder itself.</summary>
    internal string Root { get; }

    /// <summary>Certificates and private keys.</summary>
    internal string Certificates => Path.Combine(Root, "certificates");

    /// <summary>Configuration files of all daemons.</summary>
    internal string Configuration => Path.Combine(Root, "configuration");

    /// <summary>One log file per daemon.</summary>
    internal string Logs => Path.Combine(Root, "logs");

    /// <summary>Key stores, block state and authentication pools, one folder per node.</summary>
    internal string Stores => Path.Combine(Root, "stores");

    /// <summary>Makes the folder.</summary>
    /// <param name="keepFolder">Folder to keep, which must be new or empty; null for a temporary one.</param>
    /// <exception cref="DemoException">It exists and holds something, or cannot be made.</exception>
    internal static DemoFolder Make(string? keepFolder)
    {
        try
        {
            if (keepFolder is null)
            {
                return new DemoFolder(Directory.CreateTempSubdirectory("mdiqkd-demo-").FullName, keep: false);
            }

            string root = Path.GetFullPath(keepFolder);
            if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
            {
                throw new DemoException($"--keep {keepFolder}: a new or empty folder is needed");
            }

            Create(root);
            return new DemoFolder(root, keep: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"cannot make the demo's folder: {e.Message}");
        }
    }

    /// <summary>Configuration file of a daemon.</summary>
    internal string ConfigurationFile(string name) => Path.Combine(Configuration, name + ".json");

    /// <summary>Log file of a daemon.</summary>
    internal string LogFile(string name) => Path.Combine(Logs, name + ".log");

    /// <summary>Store folder of a node; made on first use.</summary>
    internal string StoreFolder(string node)
    {
        string folder = Path.Combine(Stores, node);
        Create(folder);
        return folder;
    }

    /// <summary>Authentication pool of a node towards a peer.</summary>
    internal string PoolFile(string node, string peer) => Path.Combine(StoreFolder(node), $"pool-{peer}.mdq");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (keep)
        {
            return;
        }

        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A virus scanner or an open file: the folder is in the system's temporary place and only its owner can read it.
        }
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}
