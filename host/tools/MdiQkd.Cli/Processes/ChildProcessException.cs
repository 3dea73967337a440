namespace MdiQkd.Cli.Processes;

/// <summary>A child process could not be started or ended when it should not; the message is one line for the user.</summary>
internal sealed class ChildProcessException(string message) : Exception(message);
