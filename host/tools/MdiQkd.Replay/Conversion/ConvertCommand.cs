using System.CommandLine;
using MdiQkd.Acquisition.Recordings;

namespace MdiQkd.Replay.Conversion;

/// <summary>`mdiqkd convert`: writes a recording of any known format as tag file, tag stream or Parquet.</summary>
public static class ConvertCommand
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Usage = 2;

    private static readonly Argument<string> Input = new("IN") { Description = "The recording." };

    private static readonly Argument<string> Output = new("OUT")
    {
        Description = "File to write; its extension says the format: .mqtf (tag file), .parquet, .mqts (tag stream).",
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "Format of the recording; detected if not given.", HelpName = "NAME",
    };

    private static readonly Option<long?> From = new("--from")
    {
        Description = "Leave out tags before this time, ps.", HelpName = "PS",
    };

    private static readonly Option<long?> To = new("--to") { Description = "Leave out tags after this time, ps.", HelpName = "PS" };

    private static readonly Option<string> Text = new("--text")
    {
        Description = "What was recorded; kept in a tag file or Parquet.", HelpName = "TEXT",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite OUT if it exists." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the summary as JSON; no progress." };

    /// <summary>The command, for a root command.</summary>
    public static Command Make()
    {
        Command command = new("convert", "Write a recording as tag file or Parquet; damaged recordings are repaired as far as they can be.")
        {
            Input, Output, Format, From, To, Text, Force, Json,
        };
        Format.AcceptOnlyFromAmong(RecordingNames.All);
        command.SetAction((result, cancellation) => RunAsync(result, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken ct)
    {
        InvocationConfiguration console = result.InvocationConfiguration;
        bool json = result.GetValue(Json);
        ConvertRequest request = new(
            result.GetRequiredValue(Input),
            result.GetRequiredValue(Output),
            result.GetValue(Format) is { } name ? RecordingNames.Parse(name) : RecordingFormat.Unknown,
            result.GetValue(From) ?? 0,
            result.GetValue(To) ?? long.MaxValue,
            result.GetValue(Text) ?? "");
        string? fault = request.Fault(result.GetValue(Force));
        int code = Usage;
        if (fault is null)
        {
            try
            {
                ConvertReport report = await ConvertProgress.RunAsync(
                    !json, told => ConvertRun.RunAsync(request, told, ct)).ConfigureAwait(false);
                await console.Output.WriteLineAsync(json ? report.ToJson() : report.ToText()).ConfigureAwait(false);
                return Success;
            }
            catch (ReplayException e)
            {
                fault = $"{request.Input}: {e.Message}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                (fault, code) = (e.Message, File.Exists(request.Input) ? Failure : Usage);
            }
        }

        await console.Error.WriteLineAsync($"error: {fault.ReplaceLineEndings(" ")}").ConfigureAwait(false);
        return code;
    }
}
