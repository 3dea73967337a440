using System.CommandLine;
using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Reports;
using Spectre.Console;

namespace MdiQkd.DeviceTools.Monitoring;

/// <summary>`mdiqkd device monitor`: rates, health and faults of a board, live.</summary>
internal static class MonitorCommand
{
    private const int EventsShown = 4;

    internal static Command Make()
    {
        Argument<string> address = DeviceArguments.Address();
        Option<double?> interval = DeviceArguments.Positive<double>("--interval", "SECONDS", "Time between two looks; 0.5 if not given.");
        Option<int?> count = DeviceArguments.Positive<int>("--count", "N", "Stop after this many looks; at Ctrl-C if not given.");
        Option<bool> json = new("--json") { Description = "Print one line of JSON per look." };
        Command command = new("monitor", "Rates, health, temperature, losses and faults of a board, live; goes on when the link comes back.")
        {
            address, interval, count, json,
        };
        command.SetAction((result, ct) => DeviceAction.RunAsync(
            result,
            address,
            async session =>
            {
                MonitorRun run = new(session, TimeProvider.System);
                await using (run.ConfigureAwait(false))
                {
                    PeriodicLooks looks = new(
                        run, TimeSpan.FromSeconds(result.GetValue(interval) ?? 0.5), result.GetValue(count) ?? int.MaxValue, ct);
                    TextWriter output = result.InvocationConfiguration.Output;
                    bool isConnected = result.GetValue(json) || Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out)
                        ? await WriteAsync(looks, output, result.GetValue(json)).ConfigureAwait(false)
                        : await ShowAsync(looks, session).ConfigureAwait(false);
                    return isConnected ? DeviceAction.Success : DeviceAction.Failure;
                }
            },
            ct));
        return command;
    }

    private static async Task<bool> WriteAsync(PeriodicLooks looks, TextWriter output, bool json)
    {
        bool isConnected = true;
        await foreach (MonitorSample sample in looks.ConfigureAwait(false))
        {
            isConnected = sample.IsConnected;
            await output.WriteLineAsync(json ? DeviceJson.WriteLine(sample) : MonitorView.Line(sample)).ConfigureAwait(false);
            if (!json)
            {
                foreach (string happened in sample.Events)
                {
                    await output.WriteLineAsync($"  {happened}").ConfigureAwait(false);
                }
            }

            await output.FlushAsync().ConfigureAwait(false);
        }

        return isConnected;
    }

    private static async Task<bool> ShowAsync(PeriodicLooks looks, DeviceSession session)
    {
        bool isConnected = true;
        Queue<string> happened = [];
        await ReportTables.Console(Console.Out).Live(new Text("asking the board ...")).StartAsync(async live =>
        {
            await foreach (MonitorSample sample in looks.ConfigureAwait(false))
            {
                isConnected = sample.IsConnected;
                foreach (string text in sample.Events)
                {
                    happened.Enqueue(text);
                }

                while (happened.Count > EventsShown)
                {
                    happened.Dequeue();
                }

                live.UpdateTarget(MonitorView.Render(session.Information, sample, happened));
            }
        }).ConfigureAwait(false);
        return isConnected;
    }
}
