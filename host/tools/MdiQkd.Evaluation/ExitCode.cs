namespace MdiQkd.Evaluation;

/// <summary>Exit codes of all commands.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    internal const int Success = 0;

    /// <summary>Tried and failed; one line on standard error says why.</summary>
    internal const int Failure = 1;

    /// <summary>Wrong arguments or a faulty file; nothing was started.</summary>
    internal const int Usage = 2;

    /// <summary>Ended by a signal: 128 plus its number, as shells count.</summary>
    internal const int SignalBase = 128;
}
