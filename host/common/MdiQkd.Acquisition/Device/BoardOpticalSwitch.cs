using System.Globalization;
using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// The optical switch of a board. Break before make, settling and verification are the board's; a move that it does not verify ends dark. The
/// session is the caller's. User ports are the board's users, from 1.
/// </summary>
/// <param name="session">Session with a board that has a switch.</param>
/// <param name="time">Clock for the waits below.</param>
public sealed class BoardOpticalSwitch(DeviceSession session, TimeProvider time) : IOpticalSwitch
{
    // A switch that has just moved is locked out for 20 ms by default and 1 s at most, one that goes dark is busy for about 40 ms.
    private const int WaitsMax = 50;
    private const int BusyMs = 20;

    private int alarmsSeen = session.SwitchAlarms;

    /// <inheritdoc/>
    public bool MayHaveMoved => session.SwitchAlarms != alarmsSeen;

    /// <inheritdoc/>
    public async Task ConnectAsync(int userPortA, int userPortB, CancellationToken ct)
    {
        if (userPortA is < 1 or > byte.MaxValue || userPortB is < 1 or > byte.MaxValue || userPortA == userPortB)
        {
            throw new ArgumentOutOfRangeException(nameof(userPortB), "Two different user ports from 1 are needed.");
        }

        alarmsSeen = session.SwitchAlarms;
        SwitchStatus status = await MoveAsync(() => session.ConnectSwitchAsync(userPortA, userPortB, ct), ct).ConfigureAwait(false);
        if (!status.IsLightEnabled || status.Users[0] != userPortA || status.Users[1] != userPortB)
        {
            throw new OpticalSwitchException(string.Create(
                CultureInfo.InvariantCulture,
                $"{session.Address}: the switch is {status.State} with users {status.Users[0]} and {status.Users[1]} ")
                + string.Create(CultureInfo.InvariantCulture, $"after users {userPortA} and {userPortB} were connected"));
        }
    }

    /// <inheritdoc/>
    public async Task DarkAsync(CancellationToken ct)
    {
        alarmsSeen = session.SwitchAlarms;
        SwitchStatus status = await MoveAsync(() => session.DarkAsync(ct), ct).ConfigureAwait(false);
        if (status.IsLightEnabled || status.State != SwitchState.Dark)
        {
            throw new OpticalSwitchException($"{session.Address}: the switch is {status.State} after all light was blocked");
        }
    }

    /// <inheritdoc/>
    public async Task ResetAsync(CancellationToken ct)
    {
        try
        {
            await session.ClearFaultsAsync(ct).ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            throw new OpticalSwitchException($"optical switch: {e.Message}", e);
        }

        await DarkAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<(int A, int B)?> ReadBackAsync(CancellationToken ct)
    {
        SwitchStatus status = await MoveAsync(() => session.SwitchStatusAsync(ct), ct).ConfigureAwait(false);
        return !status.IsLightEnabled ? null
            : status.Users[0] > 0 && status.Users[1] > 0 ? (status.Users[0], status.Users[1])
            : throw new OpticalSwitchException(string.Create(
                CultureInfo.InvariantCulture,
                $"{session.Address}: light is on with users {status.Users[0]} and {status.Users[1]}: neither dark nor two users"));
    }

    /// <summary>Leaves the session to its owner and the switch as it is.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<SwitchStatus> MoveAsync(Func<Task<SwitchStatus>> request, CancellationToken ct)
    {
        for (int waits = 0; ; waits++)
        {
            try
            {
                return await request().ConfigureAwait(false);
            }
            catch (DeviceException e) when (waits < WaitsMax && e.Refusal is RefusalReason.Busy or RefusalReason.LockedOut)
            {
                // Not an error: the move before is not quite over.
            }
            catch (DeviceException e)
            {
                throw new OpticalSwitchException($"optical switch: {e.Message}", e);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(BusyMs), time, ct).ConfigureAwait(false);
        }
    }
}
