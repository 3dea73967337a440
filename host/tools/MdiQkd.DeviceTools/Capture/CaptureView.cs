using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>Shows a running capture on standard error: a live table on a terminal, else what happens as lines.</summary>
internal static class CaptureView
{
    private const int EventsShown = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shows a capture until it ends.</summary>
    internal static async Task<CaptureReport> ShowAsync(
        CaptureRun run, DeviceSession session, CaptureRequest request, TextWriter error, CancellationToken stop)
    {
        Task<CaptureReport> running = Task.Run(() => run.RunAsync(stop), CancellationToken.None);
        if (Console.IsErrorRedirected || !ReferenceEquals(error, Console.Error))
        {
            await TellAsync(run, running, error).ConfigureAwait(false);
        }
        else
        {
            await ReportTables.Console(Console.Error).Live(Render(run, session, request)).StartAsync(async live =>
            {
                while (!running.IsCompleted)
                {
                    await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None)).ConfigureAwait(false);
                    run.CollectEvents();
                    live.UpdateTarget(Render(run, session, request));
                }
            }).ConfigureAwait(false);
        }

        return await running.ConfigureAwait(false);
    }

    private static async Task TellAsync(CaptureRun run, Task running, TextWriter error)
    {
        int told = 0;
        while (true)
        {
            await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None)).ConfigureAwait(false);
            run.CollectEvents();
            foreach (string happened in run.Events.Skip(told))
            {
                told++;
                await error.WriteLineAsync(happened).ConfigureAwait(false);
            }

            if (running.IsCompleted)
            {
                return;
            }
        }
    }

    private static Rows Render(CaptureRun run, DeviceSession session, CaptureRequest request)
    {
        DeviceInformation board = session.Information;
        SortedDictionary<int, long> tags = run.Counts.ByChannel();
        SortedDictionary<int, double> rates = run.Counts.RatesHz();
        string limit = request.Seconds is { } seconds ? ReportTables.Text($" of {seconds:F0} s") : " (Ctrl-C ends it)";
        List<IRenderable> parts =
        [
            ReportTables.Pairs(
            [
                ("board", $"{board.Name} at {board.Address}{(session.IsOpen ? "" : ": NO LINK, trying again")}"),
                ("file", ReportTables.Text($"{request.Output}, {run.Bytes / 1e6:F1} MB")),
                ("time", ReportTables.Text($"{run.Elapsed.TotalSeconds:F1} s{limit}")),
                ("tags", ReportTables.Text($"{run.Counts.Tags:N0}, {rates.Values.Sum():N0}/s")),
                ("lost tags", ReportTables.Text($"{run.Counts.LostTags:N0}")),
            ]),
            Rates(board, tags, rates),
            .. run.Events.TakeLast(EventsShown).Select(happened => new Text(happened)),
        ];
        return new Rows(parts);
    }

    /// <summary>Rates by channel, also of those that are silent.</summary>
    internal static Table Rates(
        DeviceInformation board, IReadOnlyDictionary<int, long> tags, IReadOnlyDictionary<int, double> ratesHz)
    {
        Table table = new Table().AddColumns("channel", "what", "tags", "rate (1/s)");
        foreach (int channel in board.Channels.Select(c => c.Channel).Union(tags.Keys).Order())
        {
            TaggerChannel? known = board.Channels.FirstOrDefault(c => c.Channel == channel);
            table.AddRow(
                ReportTables.Text($"{channel}"), known is null ? "?" : ReportTables.Text($"{known.Role} {known.Index}"),
                ReportTables.Text($"{tags.GetValueOrDefault(channel):N0}"), ReportTables.Text($"{ratesHz.GetValueOrDefault(channel):N0}"));
        }

        return table;
    }
}
