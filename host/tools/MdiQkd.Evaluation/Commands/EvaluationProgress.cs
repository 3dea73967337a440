using Spectre.Console;

namespace MdiQkd.Evaluation.Commands;

/// <summary>Shows how far a computation is, on standard error if that is a terminal.</summary>
internal static class EvaluationProgress
{
    /// <summary>Runs a computation of known size.</summary>
    /// <param name="size">Number of its jobs.</param>
    /// <param name="show">Whether to show anything.</param>
    /// <param name="compute">Gets what it must call after each job.</param>
    internal static async Task<T> RunAsync<T>(int size, bool show, Func<Action, T> compute)
    {
        if (!show || Console.IsErrorRedirected)
        {
            return await Task.Run(() => compute(() => { })).ConfigureAwait(false);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("evaluating", maxValue: size);
                return await Task.Run(() => compute(() => task.Increment(1))).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }
}
