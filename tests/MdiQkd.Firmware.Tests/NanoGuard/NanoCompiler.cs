using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>
/// Compiles as the device build does: C# 10, no standard library, references made from the facts files. What compiles here has only
/// members that the device's class libraries have.
/// </summary>
internal static class NanoCompiler
{
    private static readonly CSharpParseOptions Options =
        new(LanguageVersion.CSharp10, DocumentationMode.None, preprocessorSymbols: ["NANOFRAMEWORK_1_0"]);

    private static readonly Lazy<IReadOnlyList<MetadataReference>> Stubs = new(MakeStubs);

    /// <summary>Files that list the public API of the class libraries, in the order of their dependencies.</summary>
    internal static string[] FactsFiles =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "NanoGuard"), "*-api.txt").Order(StringComparer.Ordinal)];

    /// <summary>Assemblies of the device's class libraries.</summary>
    internal static IReadOnlyList<MetadataReference> References => Stubs.Value;

    /// <summary>Compiles sources.</summary>
    /// <param name="sources">(path, text)</param>
    /// <param name="image">The assembly, if there is no error.</param>
    /// <param name="references">More assemblies, such as one compiled before.</param>
    /// <returns>Errors, and warnings of switch expressions that do not cover everything.</returns>
    internal static IReadOnlyList<string> Compile(
        IEnumerable<(string Path, string Text)> sources, out byte[] image, params MetadataReference[] references)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Nano",
            sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, Options, source.Path)),
            References.Concat(references),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Disable));
        return Emit(compilation, out image);
    }

    private static IReadOnlyList<string> Emit(CSharpCompilation compilation, out byte[] image, bool isStub = false)
    {
        using MemoryStream stream = new();
        EmitResult result = compilation.Emit(stream, options: new EmitOptions(metadataOnly: isStub, runtimeMetadataVersion: "v4.0.30319"));
        image = stream.ToArray();
        return
        [
            .. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error || d.Id is "CS8509" or "CS8524")
                .Select(d => d.ToString()),
        ];
    }

    private static List<MetadataReference> MakeStubs()
    {
        ApiFacts facts = new(FactsFiles);
        StubWriter writer = new(facts);
        List<MetadataReference> references = [];
        foreach (string assembly in facts.Assemblies)
        {
            CSharpCompilation compilation = CSharpCompilation.Create(
                assembly,
                [CSharpSyntaxTree.ParseText(writer.Write(assembly), new CSharpParseOptions(LanguageVersion.Latest), assembly + ".cs")],
                references,
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
            IReadOnlyList<string> errors = Emit(compilation, out byte[] image, isStub: true);
            if (errors.Count > 0)
            {
                throw new InvalidOperationException(
                    $"{assembly}: {errors.Count} errors in the stubs\n{string.Join('\n', errors.Take(20))}");
            }

            references.Add(MetadataReference.CreateFromImage(image));
        }

        return references;
    }
}
