using System.Globalization;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MdiQkd.Cli.Tables;

/// <summary>The live table: open blocks above, closed blocks below, then what else happened.</summary>
internal static class DemoTable
{
    private const int BarCells = 20;

    /// <summary>Lines of notes shown: the newest.</summary>
    private const int NotesMax = 12;

    /// <summary>Renders one moment.</summary>
    internal static IRenderable Render(DemoView view)
    {
        List<IRenderable> parts = [Heading(view), OpenBlocks(view), ClosedBlocks(view)];
        parts.AddRange(view.Notes.TakeLast(NotesMax).Select(note => new Text(note)));
        return new Rows(parts);
    }

    private static Text Heading(DemoView view) => new(
        $"{Figures.Times(view)}    switch: {view.SwitchState}" + (view.RealKeys ? "" : "    SEEDED: no real keys"));

    private static Table OpenBlocks(DemoView view)
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("Pair", "Switch", "Open block", "Progress");
        table.AddColumn(new TableColumn("Announced").RightAligned());
        foreach (PairView pair in view.Pairs)
        {
            table.AddRow(
                new Text(pair.Name),
                new Text(pair.Connected ? "connected" : "–"),
                new Text(pair.Phase),
                Bar(pair.Progress),
                new Text(Figures.Count(pair.Announced)));
        }

        return table;
    }

    private static Table ClosedBlocks(DemoView view)
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumn("Pair");
        foreach (string column in new[]
        {
            "Block", "Sifted bits", "QBER Z", "Phase error ≤", "Leak", "f", "Secret bits", "Key store",
        })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (PairView pair in view.Pairs)
        {
            for (int index = 0; index < pair.Blocks.Count; index++)
            {
                // The level is one per pair: shown at its newest block.
                string level = index == pair.Blocks.Count - 1 ? Figures.Count(pair.KeyStoreBits) : "";
                table.AddRow([.. Cells(pair, index, level).Select(cell => new Text(cell))]);
            }
        }

        return table;
    }

    private static string[] Cells(PairView pair, int index, string level)
    {
        ClosedBlock block = pair.Blocks[index];
        string number = (index + 1).ToString(CultureInfo.InvariantCulture);
        return block.Distilled
            ? [
                pair.Name, number, Figures.Count(block.Sifted), Figures.Percent(block.QberZ),
                Figures.Percent(block.PhaseErrorUpper), Figures.Count(block.LeakEc),
                block.F.ToString("0.000", CultureInfo.InvariantCulture), Figures.Count(block.SecretBits), level,
            ]
            : [pair.Name, number, Figures.Count(block.Sifted), "", "", "", "", block.Reason, level];
    }

    private static Markup Bar(double progress)
    {
        int filled = (int)Math.Floor(progress * BarCells);
        return new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{new string('█', filled)}[/][grey]{new string('░', BarCells - filled)}[/] {100 * progress,3:0} %"));
    }
}
