namespace MdiQkd.Cli.Processes;

/// <summary>How to start a child process.</summary>
/// <param name="Name">Name in messages and of the log file.</param>
/// <param name="Program">Executable.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="LogFile">File that its standard error is appended to.</param>
/// <param name="Environment">Variables beside those inherited.</param>
internal sealed record ChildSpec(
    string Name,
    string Program,
    IReadOnlyList<string> Arguments,
    string LogFile,
    IReadOnlyDictionary<string, string>? Environment = null);
