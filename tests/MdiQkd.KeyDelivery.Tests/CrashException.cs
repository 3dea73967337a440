namespace MdiQkd.KeyDelivery.Tests;

/// <summary>The process ends here.</summary>
internal sealed class CrashException() : Exception("crash");
