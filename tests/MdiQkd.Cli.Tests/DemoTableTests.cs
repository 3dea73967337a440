using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Tables;
using Spectre.Console;

namespace MdiQkd.Cli.Tests;

public sealed class DemoTableTests
{
    [Fact]
    public void The_table_shows_open_and_closed_blocks_and_both_times()
    {
        string text = Rendered(Views.Of(
            Views.Pair(Views.Good(), Views.Bad()), 31, "inta-1 died (signal 9), started again (1 of 5)"));

        foreach (string expected in new[]
        {
            "simulated 12 min 05 s, real 0 min 31 s", "switch: inta-1 – inta-2 (measuring)", "no real keys",
            "connected", "accumulating", "█████████░░░░░░░░░░░", "45 %", "1,234,567",
            "14,000,000", "0.75 %", "15.25 %", "1,052,000", "1.160", "1,400,000", "65,536",
            "QBER 0.061 is above the cap", "inta-1 died (signal 9), started again (1 of 5)",
        })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_and_reasons_are_never_taken_for_markup()
    {
        string text = Rendered(Views.Of(Views.Pair(Views.Bad() with { Detail = "[red]x[/" }), 1, "[bold]"));

        Assert.Contains("[red]x[/", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "░░░░░░░░░░░░░░░░░░░░   0 %")]
    [InlineData(1, "████████████████████ 100 %")]
    public void The_bar_is_empty_at_the_start_and_full_at_the_end(double progress, string expected) =>
        Assert.Contains(
            expected, Rendered(Views.Of(Views.Pair() with { Progress = progress })), StringComparison.Ordinal);

    [Fact]
    public void Lines_tell_every_block_and_note_once_and_progress_every_five_seconds()
    {
        StringWriter output = new();
        LineReport report = new(output);

        report.Show(Views.Of(Views.Pair(), 0));
        report.Show(Views.Of(Views.Pair(Views.Good()), 1));
        report.Show(Views.Of(Views.Pair(Views.Good()), 2, "a note"));
        report.Show(Views.Of(Views.Pair(Views.Good(), Views.Bad()), 6, "a note"));

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("simulated 12 min 05 s, real 0 min 00 s; ", lines[0], StringComparison.Ordinal);
        Assert.Equal(
            "inta-1 – inta-2: block 1: 20,000,000 announced, 14,000,000 sifted bits, QBER Z 0.75 %, phase error <= 15.25 %, "
            + "leak 1,052,000 (f 1.160), 1,400,000 secret bits, key store 65,536 bits",
            lines[1]);
        Assert.Equal("a note", lines[2]);
        Assert.Contains("block 2: no key: ", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("seeded: no real keys", lines[4], StringComparison.Ordinal);
    }

    private static string Rendered(DemoView view)
    {
        StringWriter output = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 160;
        console.Profile.Capabilities.Unicode = true;
        console.Write(DemoTable.Render(view));
        return output.ToString();
    }
}
