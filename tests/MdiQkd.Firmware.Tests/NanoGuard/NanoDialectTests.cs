using System.Reflection;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>The device's sources keep to the dialect, and the guard catches whoever does not.</summary>
public sealed class NanoDialectTests
{
    // Divisors that are not constants, and why they are never 0 or -1.
    private static readonly Dictionary<string, string> SafeDivisions = new()
    {
        ["MdiQkd.Firmware.TimeTagging.As6500Registers.Divisions"] = "reference frequency of a board's composition root, 2 MHz or more",
        ["MdiQkd.Firmware.TimeTagging.ReferenceIndexTracker.get_QuarterWrapMs"] = "reference periods per ms, 2000 or more",
        ["MdiQkd.Firmware.TimeTagging.TagCapture.Abort"] = "number of buffers, 2 or more",
        ["MdiQkd.Firmware.TimeTagging.TagCapture.Poll"] = "number of buffers, 2 or more",
        ["MdiQkd.Firmware.TimeTagging.TagCapture.Sent"] = "number of buffers, 2 or more",
        ["MdiQkd.Firmware.TimeTagging.TagCapture.DropTaken"] = "number of buffers, 2 or more",
        ["MdiQkd.Firmware.TimeTagging.Tdc7200.TryTimeOfFlight"] = "clock frequency of a board; calibration span, checked before",
    };

    public static TheoryData<int> ViolationIndexes => [.. Enumerable.Range(0, NanoFixture.Violations.Length)];

    public static TheoryData<int> RefusalIndexes => [.. Enumerable.Range(0, NanoFixture.Refusals.Length)];

    [Fact]
    public void The_sources_of_the_device_keep_to_the_dialect()
    {
        string[] findings = [.. NanoDialect.Findings(DeviceBuild.Image)];

        Assert.Equal(
            SafeDivisions.Keys.Select(place => $"{NanoDialect.Division}: {place}").Order(StringComparer.Ordinal),
            findings.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ViolationIndexes))]
    public void A_deliberate_violation_is_found(int index)
    {
        (string rule, string source) = NanoFixture.Violations[index];

        Assert.True(
            NanoFixture.Findings.Any(finding => finding.StartsWith($"{rule}: V{index}.", StringComparison.Ordinal)),
            $"{rule} not found in {source}");
    }

    [Fact]
    public void Every_rule_has_a_violation() => Assert.Equal(
        typeof(NanoDialect).GetFields(BindingFlags.NonPublic | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!).Order(),
        NanoFixture.Violations.Select(violation => violation.Rule).Concat(NanoFixture.DesktopRules).Distinct().Order());

    [Theory]
    [MemberData(nameof(RefusalIndexes))]
    public void What_the_device_does_not_have_does_not_compile(int index)
    {
        (string error, string source) = NanoFixture.Refusals[index];

        Assert.True(
            NanoFixture.Errors.Any(
                e => e.StartsWith($"V{index}.cs(", StringComparison.Ordinal) && e.Contains(error, StringComparison.Ordinal)),
            $"{error} not found in {source}");
    }

    [Fact]
    public void Rules_that_the_compiler_enforces_are_found_in_compiled_code_too()
    {
        // As a wrong reference in the device project would let through.
        string[] findings = [.. NanoDialect.Findings(DesktopCompiler.Compile(NanoFixture.DesktopSource))];

        Assert.All(
            NanoFixture.DesktopRules,
            rule => Assert.Contains(findings, finding => finding.StartsWith(rule + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_the_device_can_do_is_not_found()
    {
        const string Source = """
            using System; using System.Collections; using System.Threading;
            enum E { A = 1 }
            delegate void Handler(int value);
            struct Point
            {
                public readonly int X;
                public Point(int x) { X = x; }
                public static Point operator +(Point a, Point b) => new Point(a.X + b.X);
            }
            class C
            {
                static readonly byte[] Table = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
                event Handler Changed;
                int[][] jagged = new int[2][];
                public int Value { get; init; }
                int Local(int a) { int Twice(int b) => 2 * b; return Twice(a) / 3 + Table[a & 7] % 5; }
                string Text(int a) => $"{a} of {Value}";
                int Cover(E e) => e switch { E.A => 1, _ => 0 };
                bool IsNear(object o) => o is int i && i > 3;
                void Raise() { lock (this) { Changed?.Invoke(Value); } Handler h = v => jagged[0][0] = v; h(1); }
                long Sum(ArrayList list) { long sum = 0; foreach (object o in list) { sum += (int)o; } return sum; }
                static void Main() { try { new Thread(() => new C().Raise()).Start(); } catch (Exception) { } }
                ref int Ref(int[] a) => ref a[0];
            }
            """;
        Assert.Empty(NanoCompiler.Compile([("device.cs", Source)], out byte[] image));
        Assert.Empty(NanoDialect.Findings(image));
    }
}
