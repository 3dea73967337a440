using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Status;

namespace MdiQkd.Cli.Tests;

/// <summary>Moments of an imagined demo.</summary>
internal static class Views
{
    internal static ClosedBlock Good(string id = "1") => new(
        id, "inta-2", 20_000_000, 14_000_000, 0.0075, 0.1525, 1_052_000, 1.16, 1_400_000, 600);

    internal static ClosedBlock Bad() => Good("2") with
    {
        SecretBits = 0, Detail = "QBER 0.061 is above the cap",
    };

    internal static PairView Pair(params ClosedBlock[] blocks) => new(
        "inta-1", "inta-2", true, "accumulating", 0.45, 1_234_567, blocks, 65_536);

    internal static DemoView Of(PairView pair, double elapsedSeconds = 31, params string[] notes) => new(
        TimeSpan.FromSeconds(elapsedSeconds), 725, "inta-1 – inta-2 (measuring)", [pair], notes, RealKeys: false);
}
