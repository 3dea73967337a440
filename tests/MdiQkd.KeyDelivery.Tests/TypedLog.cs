using MdiQkd.KeyDelivery.Agreement;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>Feeds the lines of a key agreement into a captured log.</summary>
internal sealed class TypedLog(CapturedLog log) : ILogger<KeyAgreement>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        log.Log(logLevel, eventId, state, exception, formatter);
}
