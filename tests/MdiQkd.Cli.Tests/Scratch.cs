namespace MdiQkd.Cli.Tests;

/// <summary>A temporary folder of one test.</summary>
internal sealed class Scratch : IDisposable
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("mdiqkd-test-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
