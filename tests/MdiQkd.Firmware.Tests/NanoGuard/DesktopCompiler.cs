using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>Compiles against the class library that the tests run on.</summary>
internal static class DesktopCompiler
{
    internal static byte[] Compile(string source)
    {
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Desktop",
            [CSharpSyntaxTree.ParseText(source)],
            assemblies.Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
                .Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using MemoryStream stream = new();
        Assert.True(compilation.Emit(stream).Success);
        return stream.ToArray();
    }
}
