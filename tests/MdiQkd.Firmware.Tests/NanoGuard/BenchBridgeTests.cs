using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>The project for the FT232H bridge cannot be restored everywhere: its source compiles against what it uses of the package.</summary>
public sealed class BenchBridgeTests
{
    // From the public sources of Iot.Device.Bindings 4.2.0 (github.com/dotnet/iot): Ftx232HDevice, and Board that it derives from.
    private const string Bindings = """
        namespace Iot.Device.Board
        {
            public abstract class Board
            {
                public virtual System.Device.Gpio.GpioController CreateGpioController() => null!;
                public System.Device.Spi.SpiDevice CreateSpiDevice(System.Device.Spi.SpiConnectionSettings settings) => null!;
            }
        }

        namespace Iot.Device.FtCommon
        {
            public class FtDevice : Iot.Device.Board.Board { }

            public class Ftx232HDevice : FtDevice
            {
                public static System.Collections.Generic.List<Ftx232HDevice> GetFtx232H() => null!;
            }
        }
        """;

    private const string ImplicitUsings = """
        global using System;
        global using System.IO;
        global using System.Linq;
        """;

    [Fact]
    public void The_source_for_the_bridge_compiles()
    {
        string[] sources = [.. FirmwareSources.Of("firmware/boards/BenchFt232H").Select(source => source.Text)];

        Assert.NotEmpty(sources);
        Assert.Empty(Errors([.. sources, Bindings, ImplicitUsings]));
        Assert.NotEmpty(Errors([.. sources, ImplicitUsings]));
    }

    private static string[] Errors(string[] sources)
    {
        string[] files = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Bench",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            files.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
    }
}
