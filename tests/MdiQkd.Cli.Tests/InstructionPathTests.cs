using System.Diagnostics;
using System.Text.Json;

namespace MdiQkd.Cli.Tests;

/// <summary>The kernels on machines with fewer instructions, as the runtime can be told to play them: another path, the same bits.</summary>
public sealed class InstructionPathTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX2", "128")] // carry-less products of 256 bits are still reported then
    [InlineData("DOTNET_EnableHWIntrinsic", "portable")]
    public async Task A_machine_without_instructions_takes_a_lower_path_and_gives_the_same_bits(string runtimeSwitch, string path)
    {
        foreach (string[] bench in new[]
        {
            new[] { "bench", "amplify", "--length", "5000" }, ["bench", "authenticate", "--length", "5000"],
        })
        {
            string[] arguments = [.. bench, "--seconds", "0.05", "--json"];
            (string full, string hash) = await RunAsync(InstalledProgram.Start(redirectInput: false, arguments));
            (string less, string same) = await RunAsync(InstalledProgram.StartWithout(runtimeSwitch, arguments));
            Assert.Equal(hash, same);
            if (full is "512" or "256")
            {
                Assert.Equal(path, less);
            }
        }
    }

    private static async Task<(string Path, string Hash)> RunAsync(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(
                InstalledProgram.Patience, TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, await errors);
            using JsonDocument document = JsonDocument.Parse(output);
            return (document.RootElement.GetProperty("path").GetString()!, document.RootElement.GetProperty("hash").GetString()!);
        }
    }
}
