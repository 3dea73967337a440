using MdiQkd.Cli.Demo;

namespace MdiQkd.Cli.Tables;

/// <summary>The same as the live table in plain lines, for logs and pipes: news at once, progress every few seconds.</summary>
internal sealed class LineReport(TextWriter output)
{
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, int> blocksTold = [];
    private int notesTold;
    private TimeSpan nextProgress = TimeSpan.Zero;

    /// <summary>Writes what is new since the last call.</summary>
    internal void Show(DemoView view)
    {
        foreach (PairView pair in view.Pairs)
        {
            for (int index = blocksTold.GetValueOrDefault(pair.Name); index < pair.Blocks.Count; index++)
            {
                output.WriteLine(Figures.Line(pair, index));
            }

            blocksTold[pair.Name] = pair.Blocks.Count;
        }

        for (; notesTold < view.Notes.Count; notesTold++)
        {
            output.WriteLine(view.Notes[notesTold]);
        }

        if (view.Elapsed >= nextProgress)
        {
            nextProgress = view.Elapsed + ProgressPeriod;
            output.WriteLine(
                $"{Figures.Times(view)}; switch: {view.SwitchState}; "
                + string.Join("; ", view.Pairs.Select(pair =>
                    $"{pair.Name}: {pair.Phase}, {Figures.Percent(pair.Progress)}, {Figures.Count(pair.Announced)} announced"))
                + (view.RealKeys ? "" : "; seeded: no real keys"));
        }

        output.Flush();
    }
}
