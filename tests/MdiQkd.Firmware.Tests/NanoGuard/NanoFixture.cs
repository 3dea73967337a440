namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>Deliberate violations of the device's dialect, each in a file and namespace of its own, compiled once for all tests.</summary>
internal static class NanoFixture
{
    /// <summary>What compiles for the device and breaks there.</summary>
    internal static readonly (string Rule, string Source)[] Violations =
    [
        (NanoDialect.Generic, "class Box<T> { T value; }"),
        (NanoDialect.Generic, "class C { T Same<T>(T value) { return value; } }"),
        (NanoDialect.Generic, "class C { void Call(Func<int> f) { f(); } }"),
        (NanoDialect.Generic, "class C { Action<int> a; }"),
        (NanoDialect.Generic, "class C { event EventHandler<EventArgs> Changed; }"),
        (NanoDialect.MultiArray, "class C { int[,] a = new int[2, 3]; }"),
        (NanoDialect.MultiArray, "class C { int Sum() { var a = new byte[2, 2]; return a[0, 1]; } }"),
        (NanoDialect.Checked, "class C { int Add(int a, int b) { return checked(a + b); } }"),
        (NanoDialect.Checked, "class C { byte Narrow(int a) { checked { return (byte)a; } } }"),
        (NanoDialect.EnumText, "enum E { A } class C { string Text(E e) { return e.ToString(); } }"),
        (NanoDialect.EnumText, "enum E { A } class C { string Text(E e) { return \"\" + e; } }"),
        (NanoDialect.EnumText, "enum E { A } class C { string Text(E e) { return $\"is {e}\"; } }"),
        (NanoDialect.EnumText, "class C { string Text(System.Threading.ThreadPriority e) { return $\"is {e}\"; } }"),
        (NanoDialect.Division, "class C { int Divide(int a, int b) { return a / b; } }"),
        (NanoDialect.Division, "class C { uint Rest(uint a, uint b) { return a % b; } }"),
        (NanoDialect.Division, "class C { int Minus(int a) { return a / -1; } }"),
        (NanoDialect.DefaultMember, "interface I { int Value() { return 1; } }"),
        (NanoDialect.StackAllocation, "class C { unsafe int F() { byte* p = stackalloc byte[8]; return p[0]; } }"),
        (NanoDialect.Pinned, "class C { unsafe int F(byte[] a) { fixed (byte* p = a) { return p[0]; } } }"),
        (NanoDialect.FixedBuffer, "unsafe struct S { fixed byte bytes[8]; }"),
        (NanoDialect.FloatingPoint, "class C { double Half(int a) { return a * 0.5; } }"),
        (NanoDialect.FloatingPoint, "class C { bool IsAbove(double a) { return a > double.NaN; } }"),
        (NanoDialect.FloatingPoint, "class C { float value; }"),
        (NanoDialect.OpenMain, "class C { static void Main() { new C(); } }"),
    ];

    /// <summary>What the device's compiler or class libraries do not have.</summary>
    internal static readonly (string Error, string Source)[] Refusals =
    [
        ("CS8509", "class C { int F(int a) { return a switch { 1 => 2, 2 => 3 }; } }"),
        ("CS8524", "enum E { A, B } class C { int F(E e) { return e switch { E.A => 1, E.B => 2 }; } }"),
        ("CS", "class C { int F() { Span<byte> s = new byte[4]; return s.Length; } }"),
        ("CS", "class C { (int, int) F() { return (1, 2); } }"),
        ("CS", "class C { int? value; }"),
        ("CS", "record R(int A);"),
        ("CS", "class C { async System.Threading.Tasks.Task F() { } }"),
        ("CS", "class C { System.Collections.IEnumerable F() { yield return 1; } }"),
        ("CS", "class C { System.Collections.IEnumerator F() { yield return 1; } }"),
        ("CS", "class C { decimal value; }"),
        ("CS", "class C { int F(int[] a) { return a[^1]; } }"),
        ("CS", "class C { int[] F(int[] a) { return a[1..2]; } }"),
        ("CS", "class C { object F() { return \"a\"u8; } }"),
        ("CS", "class C { public required int A { get; set; } }"),
        ("CS", "class C { volatile int value; int F() { return value; } }"),
        ("CS", "using System.Linq; class C { }"),
        ("CS", "class C { object F() { return new System.Collections.Generic.List<int>(); } }"),
        ("CS", "class C { string F(string[] a) { return string.Join(\",\", a); } }"),
        ("CS", "class C { string F(string a) { return a.Replace(\"a\", \"b\"); } }"),
        ("CS", "class C { void F(int[] a) { Array.Sort(a); } }"),
        ("CS", "class C { void F(ref int[] a) { Array.Resize(ref a, 3); } }"),
        ("CS", "class C { int F(int a) { return Math.Max(a, 1); } }"),
        ("CS", "class C { void F(byte[] a) { Buffer.BlockCopy(a, 0, a, 1, 2); } }"),
        ("CS", "class C { long F(ref long a) { return System.Threading.Interlocked.Read(ref a); } }"),
        (
            "CS",
            "using System.Runtime.InteropServices; [StructLayout(LayoutKind.Explicit)] struct S { [FieldOffset(0)] int a; }"),
        ("CS", "class C { void F(System.Threading.WaitHandle w) { w.WaitOne(5); } }"),
        ("CS", "class C { void F() { ThreadPool.QueueUserWorkItem(null); } }"),
    ];

    /// <summary>Violations that compile only against a desktop class library.</summary>
    internal const string DesktopSource = """
        using System.Collections; using System.Runtime.InteropServices;
        class C
        {
            volatile int flag;
            IEnumerable Count() { yield return flag; }
            object Pair() { return (1, "a"); }
            [StructLayout(LayoutKind.Explicit)] struct S { [FieldOffset(0)] public int A; }
            int Cover(int a) { return a switch { 1 => 2, 3 => 4, 5 => 6 }; }
        }
        """;

    /// <summary>The rules that they violate.</summary>
    internal static readonly string[] DesktopRules =
        [NanoDialect.Volatile, NanoDialect.Iterator, NanoDialect.Tuple, NanoDialect.ExplicitLayout, NanoDialect.OpenSwitch];

    private static readonly Lazy<IReadOnlyList<string>> FoundViolations = new(() =>
    {
        Assert.Empty(NanoCompiler.Compile(Violations.Select((violation, i) => Fixture(i, violation.Source)), out byte[] image));
        return NanoDialect.Findings(image);
    });

    private static readonly Lazy<IReadOnlyList<string>> FoundErrors = new(FindErrors);

    /// <summary>What the guard finds in the violations; places begin with the namespace V0, V1, …</summary>
    internal static IReadOnlyList<string> Findings => FoundViolations.Value;

    /// <summary>Errors of the refusals; they begin with the file V0.cs, V1.cs, …</summary>
    internal static IReadOnlyList<string> Errors => FoundErrors.Value;

    /// <summary>Some errors show only when there are no others: what had none is compiled once more.</summary>
    private static List<string> FindErrors()
    {
        List<string> all = [];
        List<int> open = [.. Enumerable.Range(0, Refusals.Length)];
        int before;
        do
        {
            before = open.Count;
            IReadOnlyList<string> errors = NanoCompiler.Compile(open.Select(i => Fixture(i, Refusals[i].Source)), out _);
            all.AddRange(errors);
            open.RemoveAll(i => errors.Any(error => error.StartsWith($"V{i}.cs(", StringComparison.Ordinal)));
        }
        while (open.Count > 0 && open.Count < before);
        return all;
    }

    private static (string Path, string Text) Fixture(int index, string source)
    {
        int usings = source.StartsWith("using", StringComparison.Ordinal) ? source.IndexOf(';', StringComparison.Ordinal) + 1 : 0;
        return (
            $"V{index}.cs",
            $"{source[..usings]} using System; using System.Threading; namespace V{index} {{ {source[usings..]} }}");
    }
}
