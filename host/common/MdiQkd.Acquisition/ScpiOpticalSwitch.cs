namespace MdiQkd.Acquisition;

/// <summary>
/// Optical switch with SCPI over TCP, Polatis / HUBER+SUHNER matrix command set. Each move is one <c>:only</c> command, which
/// removes every other connection, then <c>*OPC?</c>, the error queue, and a read-back that must equal what was asked for.
/// </summary>
/// <remarks>
/// Design: the connection is opened at first use and dropped after any failure, so that a late reply is never taken for the
/// answer to a later query; nothing is retried. Trade-offs: a move that fails its read-back is followed by one attempt to go
/// dark, because light of the wrong user must not reach the measurement; the exception tells of the move.
/// </remarks>
public sealed class ScpiOpticalSwitch : IOpticalSwitch
{
    /// <summary>Errors read from the queue of the switch before giving up on emptying it.</summary>
    private const int ErrorsMax = 16;

    private readonly OpticalSwitchSettings settings;
    private readonly SemaphoreSlim gate = new(1);
    private ScpiLink? link;

    /// <summary>Keeps the settings; the first command connects.</summary>
    /// <exception cref="ArgumentException">The settings have a fault.</exception>
    public ScpiOpticalSwitch(OpticalSwitchSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        this.settings = settings;
    }

    /// <inheritdoc/>
    public Task ConnectAsync(int userPortA, int userPortB, CancellationToken ct)
    {
        if (userPortA < 1 || userPortB < 1 || userPortA == userPortB)
        {
            throw new ArgumentOutOfRangeException(nameof(userPortB), "Two different user ports from 1 are needed.");
        }

        (int From, int To)[] wanted = [(userPortA, settings.Input1Port), (userPortB, settings.Input2Port)];
        return LockedAsync(
            async open =>
            {
                try
                {
                    await MoveAsync(open, $":oxc:swit:conn:only {ScpiConnections.Format(wanted)}", wanted, ct)
                        .ConfigureAwait(false);
                }
                catch (OpticalSwitchException)
                {
                    await TryGoDarkAsync(open, ct).ConfigureAwait(false);
                    throw;
                }

                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public Task DarkAsync(CancellationToken ct) =>
        LockedAsync(
            async open =>
            {
                await MoveAsync(open, ":oxc:swit:disc:all", [], ct).ConfigureAwait(false);
                return true;
            },
            ct);

    /// <inheritdoc/>
    public Task<(int A, int B)?> ReadBackAsync(CancellationToken ct) =>
        LockedAsync<(int A, int B)?>(
            async open =>
            {
                List<(int From, int To)> found = await StateAsync(open, ct).ConfigureAwait(false);
                int a = found.Find(c => c.To == settings.Input1Port).From;
                int b = found.Find(c => c.To == settings.Input2Port).From;
                return found.Count == 0 ? null
                    : found.Count == 2 && a > 0 && b > 0 ? (a, b)
                    : throw new OpticalSwitchException(
                        $"optical switch: state {ScpiConnections.Format(found)} is neither dark nor two users on inputs "
                        + $"{settings.Input1Port} and {settings.Input2Port}");
            },
            ct);

    /// <summary>Closes the connection; the switch stays as it is.</summary>
    public ValueTask DisposeAsync()
    {
        link?.Dispose();
        gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task MoveAsync(ScpiLink open, string command, (int From, int To)[] wanted, CancellationToken ct)
    {
        await open.SendAsync(command, ct).ConfigureAwait(false);
        string complete = await open.QueryAsync("*OPC?", ct).ConfigureAwait(false);
        if (await NextErrorAsync(open, ct).ConfigureAwait(false) is { } refusal)
        {
            await DrainErrorsAsync(open, ct).ConfigureAwait(false);
            throw new OpticalSwitchException($"optical switch refused '{command}': {refusal}");
        }

        if (complete.Trim() != "1")
        {
            throw new OpticalSwitchException($"optical switch answered '{complete}' to '*OPC?' after '{command}'");
        }

        List<(int From, int To)> found = await StateAsync(open, ct).ConfigureAwait(false);
        if (found.Count != wanted.Length || wanted.Except(found).Any())
        {
            throw new OpticalSwitchException(
                $"optical switch read-back {ScpiConnections.Format(found)} differs from {ScpiConnections.Format(wanted)} "
                + $"after '{command}'");
        }
    }

    private static async Task TryGoDarkAsync(ScpiLink open, CancellationToken ct)
    {
        try
        {
            await open.SendAsync(":oxc:swit:disc:all", ct).ConfigureAwait(false);
        }
        catch (OpticalSwitchException)
        {
            // The failed move is what the caller has to hear; its exception is on its way.
        }
    }

    private static async Task<List<(int From, int To)>> StateAsync(ScpiLink open, CancellationToken ct)
    {
        string reply = await open.QueryAsync(":oxc:swit:conn:stat?", ct).ConfigureAwait(false);
        return ScpiConnections.TryParse(reply, out List<(int From, int To)> found)
            ? found
            : throw new OpticalSwitchException($"optical switch: state '{reply}' is not two port lists");
    }

    private static async Task<string?> NextErrorAsync(ScpiLink open, CancellationToken ct)
    {
        string reply = (await open.QueryAsync(":syst:err?", ct).ConfigureAwait(false)).Trim();
        string code = reply.Split(',')[0];
        return code is "0" or "+0" ? null : reply;
    }

    private static async Task DrainErrorsAsync(ScpiLink open, CancellationToken ct)
    {
        for (int i = 0; i < ErrorsMax; i++)
        {
            if (await NextErrorAsync(open, ct).ConfigureAwait(false) is null)
            {
                return;
            }
        }

        throw new OpticalSwitchException($"optical switch: the error queue holds more than {ErrorsMax} errors");
    }

    private async Task<T> LockedAsync<T>(Func<ScpiLink, Task<T>> action, CancellationToken ct)
    {
        await gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (link is null)
            {
                link = await ScpiLink.ConnectAsync(
                    settings.EndPoint, TimeSpan.FromMilliseconds(settings.ReplyTimeoutMs), ct).ConfigureAwait(false);
                await DrainErrorsAsync(link, ct).ConfigureAwait(false);
            }

            return await action(link).ConfigureAwait(false);
        }
        catch
        {
            link?.Dispose();
            link = null;
            throw;
        }
        finally
        {
            gate.Release();
        }
    }
}
