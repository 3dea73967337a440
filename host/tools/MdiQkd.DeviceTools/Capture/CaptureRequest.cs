namespace MdiQkd.DeviceTools.Capture;

/// <summary>What `mdiqkd device capture` is asked for.</summary>
/// <param name="Output">File to write.</param>
/// <param name="Seconds">When to stop; null = at Ctrl-C.</param>
/// <param name="Tags">Number of tags to stop at; null = at Ctrl-C.</param>
/// <param name="ReconnectSeconds">How long to wait for a link that was lost.</param>
/// <param name="Text">What is recorded.</param>
internal sealed record CaptureRequest(string Output, double? Seconds, long? Tags, double ReconnectSeconds, string Text);
