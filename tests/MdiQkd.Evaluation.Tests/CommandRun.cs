using System.CommandLine;

namespace MdiQkd.Evaluation.Tests;

/// <summary>One run of a command as a user types it, in this process.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    internal static async Task<CommandRun> OfAsync(Command command, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await new RootCommand { command }.Parse([command.Name, .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false },
            TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }
}
