using Spectre.Console;

namespace MdiQkd.Replay.Conversion;

/// <summary>Shows how far a conversion is, on standard error if that is a terminal.</summary>
internal static class ConvertProgress
{
    /// <summary>Runs a conversion.</summary>
    /// <param name="show">Whether to show anything.</param>
    /// <param name="convert">Gets what it calls with the fraction done.</param>
    internal static async Task<T> RunAsync<T>(bool show, Func<Action<double>, Task<T>> convert)
    {
        if (!show || Console.IsErrorRedirected)
        {
            return await convert(_ => { }).ConfigureAwait(false);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("converting", maxValue: 1);
                return await Task.Run(() => convert(fraction => task.Value = fraction)).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }
}
