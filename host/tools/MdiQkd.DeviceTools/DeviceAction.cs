using System.CommandLine;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools;

/// <summary>What all commands do: open a session, act, close it; failures are one line on standard error.</summary>
internal static class DeviceAction
{
    /// <summary>Done.</summary>
    internal const int Success = 0;

    /// <summary>Tried and failed.</summary>
    internal const int Failure = 1;

    /// <summary>Wrong arguments or files.</summary>
    internal const int Usage = 2;

    // A board that has just got a new host blocks its light first, which takes some tens of milliseconds.
    private const int QuietMs = 20;
    private const int QuietWaitsMax = 100;

    /// <summary>Runs a command over a session with the board at its address.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="address">Its address.</param>
    /// <param name="act">Yields the exit code.</param>
    /// <param name="ct">Ends the command.</param>
    internal static async Task<int> RunAsync(
        ParseResult result, Argument<string> address, Func<DeviceSession, Task<int>> act, CancellationToken ct)
    {
        string fault;
        if (!DeviceAddress.TryParse(result.GetRequiredValue(address), out DeviceAddress? parsed, out fault))
        {
            return await FailAsync(result, fault, Usage).ConfigureAwait(false);
        }

        try
        {
            DeviceSession session = await DeviceSession.OpenAsync(parsed, ct: ct).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                return await act(session).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OpticalSwitchException)
        {
            return await FailAsync(result, e.Message, Failure).ConfigureAwait(false);
        }
    }

    /// <summary>Prints an error; yields the exit code.</summary>
    internal static async Task<int> FailAsync(ParseResult result, string fault, int code)
    {
        await result.InvocationConfiguration.Error.WriteLineAsync($"error: {fault.ReplaceLineEndings(" ")}").ConfigureAwait(false);
        return code;
    }

    /// <summary>Repeats a request for up to 2 s while the board is still busy with what was before.</summary>
    internal static async Task<T> WhenQuietAsync<T>(Func<Task<T>> request, TimeProvider time, CancellationToken ct)
    {
        for (int waits = 0; ; waits++)
        {
            try
            {
                return await request().ConfigureAwait(false);
            }
            catch (DeviceException e) when (waits < QuietWaitsMax
                && e.Refusal is RefusalReason.Busy or RefusalReason.LockedOut or RefusalReason.NotNow)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(QuietMs), time, ct).ConfigureAwait(false);
            }
        }
    }
}
