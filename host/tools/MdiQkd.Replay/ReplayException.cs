namespace MdiQkd.Replay;

/// <summary>The recording cannot be replayed; the message is one line for the user.</summary>
internal sealed class ReplayException(string message) : Exception(message);
