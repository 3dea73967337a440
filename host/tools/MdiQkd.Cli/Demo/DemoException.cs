namespace MdiQkd.Cli.Demo;

/// <summary>The demo cannot go on; the message is one line for the user.</summary>
internal sealed class DemoException(string message) : Exception(message);
