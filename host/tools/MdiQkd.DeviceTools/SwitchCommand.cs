using System.CommandLine;
using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools;

/// <summary>`mdiqkd device switch`: moves the optical switch of a board.</summary>
internal static class SwitchCommand
{
    private const int LookMs = 250;

    internal static Command Make() => new("switch", "Move the optical switch of a board.")
    {
        Connect(),
        Simple("dark", "Block all light and verify it.", (session, ct) =>
            DeviceAction.WhenQuietAsync(() => session.DarkAsync(ct), TimeProvider.System, ct)),
        Simple("status", "Where the switch is. The light is off: asking takes the board from its host.", (session, ct) =>
            session.SwitchStatusAsync(ct)),
        Simple("clear", "Acknowledge all faults, so that the switch may move again.", async (session, ct) =>
        {
            await session.ClearFaultsAsync(ct).ConfigureAwait(false);
            return await session.SwitchStatusAsync(ct).ConfigureAwait(false);
        }),
    };

    private static Command Simple(string name, string description, Func<DeviceSession, CancellationToken, Task<SwitchStatus>> act)
    {
        Argument<string> address = DeviceArguments.Address();
        Option<bool> json = DeviceArguments.Json();
        Command command = new(name, description) { address, json };
        command.SetAction((result, ct) => DeviceAction.RunAsync(
            result,
            address,
            async session =>
            {
                RequireSwitch(session);
                SwitchStatus status = await act(session, ct).ConfigureAwait(false);
                await PrintAsync(result, json, status).ConfigureAwait(false);
                return status.State == SwitchState.Faulted ? DeviceAction.Failure : DeviceAction.Success;
            },
            ct));
        return command;
    }

    private static Command Connect()
    {
        Argument<string> address = DeviceArguments.Address();
        Argument<int> user1 = new("USER1") { Description = "User at measurement input 1, from 1." };
        Argument<int> user2 = new("USER2") { Description = "User at measurement input 2, from 1." };
        Option<double?> hold = DeviceArguments.Positive<double>(
            "--hold", "SECONDS", "Keep the connection this long; until Ctrl-C if not given. The light goes off at the end.");
        Option<bool> json = DeviceArguments.Json();
        Command command = new("connect", "Connect two users, verify it, and hold it: the board goes dark without its host.")
        {
            address, user1, user2, hold, json,
        };
        command.Validators.Add(result =>
        {
            int a = result.GetValue(user1);
            int b = result.GetValue(user2);
            if (a is < 1 or > byte.MaxValue || b is < 1 or > byte.MaxValue || a == b)
            {
                result.AddError($"users {a} and {b}: two different users from 1 are needed");
            }
        });
        command.SetAction((result, ct) => DeviceAction.RunAsync(
            result,
            address,
            async session =>
            {
                RequireSwitch(session);
                BoardOpticalSwitch moving = new(session, TimeProvider.System);
                await using (moving.ConfigureAwait(false))
                {
                    await moving.ConnectAsync(result.GetValue(user1), result.GetValue(user2), ct).ConfigureAwait(false);
                    await PrintAsync(result, json, await session.SwitchStatusAsync(ct).ConfigureAwait(false)).ConfigureAwait(false);
                    string? fault = await HoldAsync(session, moving, result.GetValue(hold), ct).ConfigureAwait(false);
                    if (fault is not null)
                    {
                        return await DeviceAction.FailAsync(result, fault, DeviceAction.Failure).ConfigureAwait(false);
                    }

                    await moving.DarkAsync(CancellationToken.None).ConfigureAwait(false);
                    return DeviceAction.Success;
                }
            },
            ct));
        return command;
    }

    /// <summary>Holds the session until the time is over; yields why the switch has moved, or null.</summary>
    private static async Task<string?> HoldAsync(
        DeviceSession session, BoardOpticalSwitch moving, double? seconds, CancellationToken ct)
    {
        long start = TimeProvider.System.GetTimestamp();
        try
        {
            while (!moving.MayHaveMoved)
            {
                if (seconds is { } limit && TimeProvider.System.GetElapsedTime(start).TotalSeconds >= limit)
                {
                    return null;
                }

                await Task.Delay(LookMs, ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        List<string> told = [];
        while (session.Events.TryRead(out DeviceEvent? happened))
        {
            told.Add(happened.Text);
        }

        return told.Count == 0 ? $"{session.Address}: the switch may have moved" : string.Join("; ", told);
    }

    private static void RequireSwitch(DeviceSession session)
    {
        if (!session.Information.HasSwitch)
        {
            throw new DeviceException(
                DeviceFailure.Refused, $"{session.Address}: the board '{session.Information.Name}' has no optical switch");
        }
    }

    private static Task PrintAsync(ParseResult result, Option<bool> json, SwitchStatus status)
    {
        SwitchReport report = SwitchReport.From(status);
        return result.InvocationConfiguration.Output.WriteLineAsync(
            result.GetValue(json) ? DeviceJson.Write(report) : report.ToText());
    }
}
