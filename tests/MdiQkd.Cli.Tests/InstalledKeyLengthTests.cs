using System.Diagnostics;
using System.Text.Json;

namespace MdiQkd.Cli.Tests;

/// <summary>`mdiqkd keylength` as it is built and typed; its own tests are those of MdiQkd.Evaluation.</summary>
public sealed class InstalledKeyLengthTests
{
    // The worked example of the reference: 40 + 40 km, double scanning with tight bounds.
    private const string Example = """
        {
          "P": {
            "N": 1.2e11,
            "za": 0.5, "va": 0.2, "wa": 0.05, "pza": 0.6, "pva": 0.1, "pwa": 0.2, "poa": 0.1,
            "zb": 0.5, "vb": 0.2, "wb": 0.05, "pzb": 0.6, "pvb": 0.1, "pwb": 0.2, "pob": 0.1
          },
          "counts": {
            "n_zz": 11634798, "m_zz": 58312, "n_ww": 27082, "m_ww": 7037, "n_vv": 106960, "m_vv": 27724,
            "n_0w": 3391, "n_w0": 3391, "n_0v": 26921, "n_v0": 26921, "n_00": 0
          },
          "opts": { "eps": 1e-10, "eps_cor": 1e-15, "f": 1.16, "mode": "tight", "method": "double", "scan": 201 }
        }
        """;

    [Fact]
    public async Task The_worked_example_of_the_reference()
    {
        (int code, string output, _) = await RunAsync(Example);

        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(1289549.429, document.RootElement.GetProperty("ell").GetDouble(), 0.01);
    }

    [Fact]
    public async Task Bad_input_has_exit_code_2_and_no_output()
    {
        (int code, string output, string error) = await RunAsync(Example.Replace("27082", "NaN", StringComparison.Ordinal));

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Equal("error: standard input: counts.n_ww = NaN: allowed is a finite number", error.Trim());
    }

    [Fact]
    public async Task A_wrong_command_line_leaves_standard_output_empty()
    {
        (int code, string output, string error) = await RunAsync("", "--json");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("--input", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string text, params string[] arguments)
    {
        string[] all = ["keylength", .. arguments.Length > 0 ? arguments : ["--json", "--input", "-"]];
        using Process program = InstalledProgram.Start(redirectInput: true, all);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await program.StandardInput.WriteAsync(text.AsMemory(), cancellation);
        program.StandardInput.Close();
        Task<string> error = program.StandardError.ReadToEndAsync(cancellation);
        string output = await program.StandardOutput.ReadToEndAsync(cancellation);
        await program.WaitForExitAsync(cancellation).WaitAsync(InstalledProgram.Patience, cancellation);
        return (program.ExitCode, output, await error);
    }
}
