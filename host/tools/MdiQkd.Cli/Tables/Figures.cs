using System.Globalization;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Status;

namespace MdiQkd.Cli.Tables;

/// <summary>How the demo writes numbers: the same in the table and in plain lines, and on every machine.</summary>
internal static class Figures
{
    /// <summary>A count with thousands separators.</summary>
    internal static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A ratio in per cent.</summary>
    internal static string Percent(double ratio) => (100 * ratio).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>A duration in minutes and seconds.</summary>
    internal static string Duration(double seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{(long)seconds / 60} min {(long)seconds % 60:00} s");

    /// <summary>Simulated and real time.</summary>
    internal static string Times(DemoView view) =>
        $"simulated {Duration(view.SimulatedSeconds)}, real {Duration(view.Elapsed.TotalSeconds)}";

    /// <summary>A closed block in one line.</summary>
    internal static string Line(PairView pair, int block)
    {
        ClosedBlock closed = pair.Blocks[block];
        string head = $"{pair.Name}: block {block + 1}: ";
        return !closed.Distilled
            ? $"{head}no key: {closed.Reason}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{head}{closed.Announced:N0} announced, {closed.Sifted:N0} sifted bits, QBER Z {Percent(closed.QberZ)}, "
                + $"phase error <= {Percent(closed.PhaseErrorUpper)}, leak {closed.LeakEc:N0} (f {closed.F:0.000}), "
                + $"{closed.SecretBits:N0} secret bits, key store {pair.KeyStoreBits:N0} bits");
    }
}
